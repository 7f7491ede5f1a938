-- Purpose: amounts and counts of held charges by facility, claim status and CPT. Their rows: charges_on_hold_view.
-- Grain: client × account × practice × facility × claim status × status set × CPT.
-- Date basis: as charges_on_hold_view; released charges are left out.
CREATE OR REPLACE VIEW reporting.charges_on_hold WITH (security_invoker = true) AS
SELECT h.client_id, h.customer_account, h.package_id, h.as_of,
       h.practice_name, h.facility_name, h.claim_status, h.charge_set_to_status, h.charge_cpt_code,
       count(*) AS charge_count,
       count(DISTINCT h.claim_id) AS claim_count,
       sum(h.charge_amount)::numeric(18,2) AS charge_amount,
       max(h.days_on_hold) AS longest_days_on_hold,
       avg(h.days_on_hold)::numeric(10,1) AS average_days_on_hold
FROM reporting.charges_on_hold_view h
WHERE h.is_on_hold
GROUP BY h.client_id, h.customer_account, h.package_id, h.as_of, h.practice_name, h.facility_name, h.claim_status,
         h.charge_set_to_status, h.charge_cpt_code;
GRANT SELECT ON reporting.charges_on_hold TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.charges_on_hold.charge_count IS 'charges on hold';
COMMENT ON COLUMN reporting.charges_on_hold.claim_count IS 'claims of these charges';
COMMENT ON COLUMN reporting.charges_on_hold.charge_amount IS 'gross charges on hold';
COMMENT ON COLUMN reporting.charges_on_hold.longest_days_on_hold IS 'the most days that one of them is held';
COMMENT ON COLUMN reporting.charges_on_hold.average_days_on_hold IS 'days on hold, on average of the charges';
