-- Purpose: charges that are held, why, and for how long.
-- Grain: charge.
-- Date basis: from the start of the hold (from entry where the saved report lacks it) to release or the as-of day.
CREATE OR REPLACE VIEW reporting.charges_on_hold_view WITH (security_invoker = true) AS
SELECT h.client_id, h.customer_account, h.package_id, h.as_of,
       h.charge_id, h.claim_id, h.patient_id, h.patient_full_name, h.practice_name, h.facility_name, h.office_name,
       h.rendering_provider_name, h.charge_primary_payer_name, h.claim_status, h.charge_set_to_status, h.type_of_bill,
       h.charge_cpt_code, h.charge_rev_code, h.charge_from_date, h.charge_to_date, h.charge_entered_date,
       h.hold_start_date, h.hold_release_date, h.charge_entered_age_days, h.charge_amount,
       coalesce(h.hold_release_date > h.as_of, true) AS is_on_hold,
       CASE WHEN h.hold_start_date IS NULL THEN 'entry' ELSE 'hold start' END AS hold_basis,
       h.held_days AS days_on_hold,
       reporting.fine_bucket_number(h.held_days) AS hold_bucket_number,
       reporting.fine_bucket(h.held_days) AS hold_bucket,
       h.as_of - h.charge_from_date AS dos_age_days
FROM (
    SELECT r.*, least(r.hold_release_date, r.as_of) - coalesce(r.hold_start_date, r.charge_entered_date) AS held_days
    FROM reporting.charges_on_hold_rows r
) h;
GRANT SELECT ON reporting.charges_on_hold_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.charges_on_hold_view.is_on_hold IS 'not released by the as-of day';
COMMENT ON COLUMN reporting.charges_on_hold_view.hold_basis IS 'what days_on_hold count from: hold start or entry';
COMMENT ON COLUMN reporting.charges_on_hold_view.days_on_hold IS '(released, or as-of) − (hold start, or entry)';
COMMENT ON COLUMN reporting.charges_on_hold_view.hold_bucket_number IS 'order of hold_bucket: 0 no date, 1 to 9';
COMMENT ON COLUMN reporting.charges_on_hold_view.hold_bucket IS 'fine bucket of the days on hold';
COMMENT ON COLUMN reporting.charges_on_hold_view.dos_age_days IS 'as-of − first DOS';
