-- Purpose: where claims stand, as stages in the order in which a claim passes them.
-- Grain: charge.
-- Date basis: ages from DOS and entry to the as-of day. The stage is our reading of the vendor's claim status; a status
-- that we do not know is the stage “other”.
CREATE OR REPLACE VIEW reporting.claim_stage_breakdown_view WITH (security_invoker = true) AS
SELECT c.client_id, c.customer_account, c.package_id, c.as_of,
       c.charge_id, c.claim_id, c.patient_id, c.patient_full_name, c.practice_name, c.facility_name, c.office_name,
       c.rendering_provider_name, c.charge_primary_payer_name, c.charge_current_payer_name, c.claim_status,
       c.charge_set_to_status, c.type_of_bill, c.charge_cpt_code, c.charge_rev_code, c.charge_from_date,
       c.charge_to_date, c.charge_entered_date, c.charge_entered_age_days, c.charge_amount, c.charge_balance,
       c.charge_balance_due_ins, c.charge_balance_due_other, c.charge_balance_due_pat,
       c.charge_balance_at_collections,
       c.stage_number,
       CASE c.stage_number WHEN 1 THEN 'on hold' WHEN 2 THEN 'ready to bill' WHEN 3 THEN 'at insurance'
            WHEN 4 THEN 'in dispute with payer' WHEN 5 THEN 'due from patient' WHEN 6 THEN 'at collections'
            WHEN 7 THEN 'paid' ELSE 'other' END AS stage,
       c.as_of - c.charge_from_date AS dos_age_days,
       c.as_of - c.charge_entered_date AS entry_age_days,
       reporting.age_bucket_number(c.as_of - c.charge_from_date) AS dos_bucket_number,
       reporting.age_bucket(c.as_of - c.charge_from_date) AS dos_bucket
FROM (
    SELECT r.*,
           CASE WHEN r.claim_status ILIKE 'ON HOLD%' OR r.claim_status ILIKE 'HOLD%' THEN 1
                WHEN r.claim_status ILIKE 'READY TO BILL%' THEN 2
                WHEN r.claim_status ILIKE '%AT INSURANCE%' THEN 3
                WHEN r.claim_status ILIKE 'NEEDS RENEGOTIATING%' OR r.claim_status ILIKE '%APPROVED FOR HIGHER%' THEN 4
                WHEN r.claim_status ILIKE '%DUE PATIENT%' THEN 5
                WHEN r.claim_status ILIKE '%COLLECTIONS%' THEN 6
                WHEN r.claim_status ILIKE 'PAID%' THEN 7
                ELSE 8 END AS stage_number
    FROM reporting.claim_stage_breakdown_rows r
) c;
GRANT SELECT ON reporting.claim_stage_breakdown_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.claim_stage_breakdown_view.stage_number IS 'order of stage, 1 to 8';
COMMENT ON COLUMN reporting.claim_stage_breakdown_view.stage IS 'where the claim stands, from its status';
COMMENT ON COLUMN reporting.claim_stage_breakdown_view.dos_age_days IS 'as-of − first DOS';
COMMENT ON COLUMN reporting.claim_stage_breakdown_view.entry_age_days IS 'as-of − entry';
COMMENT ON COLUMN reporting.claim_stage_breakdown_view.dos_bucket_number IS 'order of dos_bucket: 0 no date, 1 to 5';
COMMENT ON COLUMN reporting.claim_stage_breakdown_view.dos_bucket IS 'standard bucket by DOS';
