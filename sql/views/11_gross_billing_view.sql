-- Purpose: charges with their lags: DOS to entry, entry to first bill, holds, and what is still unbilled.
-- Grain: charge.
-- Date basis: entry date (its package replaces by it); days that still run count to the as-of day of the row's package.
-- A charge without payer counts as billed on its entry date; where the saved report has no payer column, that is all.
CREATE OR REPLACE VIEW reporting.gross_billing_view WITH (security_invoker = true) AS
SELECT g.client_id, g.customer_account, g.package_id, g.as_of,
       g.charge_id, g.charge_claim_id, g.charge_patient_id, g.patient_full_name, g.primary_payer_member_id,
       g.practice_name, g.facility_name, g.rendering_provider_name, g.charge_primary_payer_name,
       g.charge_current_payer_name, g.claim_status, g.type_of_bill, g.charge_cpt_code, g.charge_rev_code,
       g.charge_from_date, g.charge_to_date, g.charge_entered_date, g.claim_first_billed_date,
       g.claim_last_billed_date, g.hold_start_date, g.hold_release_date, g.claim_rejected_date, g.times_billed,
       g.charge_units_sum, g.charge_amount,
       g.self_pay AS is_self_pay,
       g.billed_date,
       g.charge_entered_date - g.charge_from_date AS charge_lag_days,
       g.charge_entered_date - g.charge_from_date > 3 AS is_late_charge,
       g.billed_date - g.charge_entered_date AS billing_lag_days,
       reporting.fine_bucket_number(g.billed_date - g.charge_entered_date) AS billing_lag_bucket_number,
       CASE WHEN g.billed_date IS NULL THEN 'unbilled'
            ELSE reporting.fine_bucket(g.billed_date - g.charge_entered_date) END AS billing_lag_bucket,
       g.billed_date < g.charge_entered_date AS billed_before_entry,
       g.billed_date IS NULL AS is_unbilled,
       CASE WHEN g.billed_date IS NULL THEN g.as_of - g.charge_entered_date END AS unbilled_days,
       g.hold_start_date IS NOT NULL AND coalesce(g.hold_release_date > g.as_of, true) AS is_on_hold,
       least(g.hold_release_date, g.as_of) - g.hold_start_date AS days_on_hold,
       reporting.week_of(g.charge_from_date) AS dos_week,
       reporting.month_of(g.charge_from_date) AS dos_month,
       reporting.quarter_of(g.charge_from_date) AS dos_quarter,
       reporting.year_of(g.charge_from_date) AS dos_year,
       reporting.week_of(g.charge_entered_date) AS entry_week,
       reporting.month_of(g.charge_entered_date) AS entry_month,
       reporting.quarter_of(g.charge_entered_date) AS entry_quarter,
       reporting.year_of(g.charge_entered_date) AS entry_year,
       reporting.week_of(g.billed_date) AS bill_week,
       reporting.month_of(g.billed_date) AS bill_month,
       reporting.quarter_of(g.billed_date) AS bill_quarter,
       reporting.year_of(g.billed_date) AS bill_year
FROM (
    SELECT r.*,
           reporting.is_self_pay(r.charge_primary_payer_name) AS self_pay,
           coalesce(r.claim_first_billed_date, CASE WHEN reporting.is_self_pay(r.charge_primary_payer_name)
                                               THEN r.charge_entered_date END) AS billed_date
    FROM reporting.gross_billing_rows r
) g;
GRANT SELECT ON reporting.gross_billing_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.gross_billing_view.is_self_pay IS 'the charge has no primary payer';
COMMENT ON COLUMN reporting.gross_billing_view.billed_date IS
    'first bill date; of a charge without payer its entry date';
COMMENT ON COLUMN reporting.gross_billing_view.charge_lag_days IS 'entry − first DOS';
COMMENT ON COLUMN reporting.gross_billing_view.is_late_charge IS 'entered more than 3 days after DOS';
COMMENT ON COLUMN reporting.gross_billing_view.billing_lag_days IS 'billed date − entry; empty while unbilled';
COMMENT ON COLUMN reporting.gross_billing_view.billing_lag_bucket_number IS
    'order of billing_lag_bucket: 0 unbilled, 1 to 9';
COMMENT ON COLUMN reporting.gross_billing_view.billing_lag_bucket IS 'fine bucket of the billing lag';
COMMENT ON COLUMN reporting.gross_billing_view.billed_before_entry IS 'a lag below zero: a date must be wrong';
COMMENT ON COLUMN reporting.gross_billing_view.is_unbilled IS 'has a payer and no first bill date';
COMMENT ON COLUMN reporting.gross_billing_view.unbilled_days IS 'as-of − entry of what is unbilled';
COMMENT ON COLUMN reporting.gross_billing_view.is_on_hold IS
    'held and not released by the as-of day; false too where the saved report lacks the hold dates';
COMMENT ON COLUMN reporting.gross_billing_view.days_on_hold IS '(released, or as-of) − hold start';
COMMENT ON COLUMN reporting.gross_billing_view.dos_week IS 'Monday of the first DOS';
COMMENT ON COLUMN reporting.gross_billing_view.dos_month IS 'first day of the month of the first DOS';
COMMENT ON COLUMN reporting.gross_billing_view.dos_quarter IS 'first day of the quarter of the first DOS';
COMMENT ON COLUMN reporting.gross_billing_view.dos_year IS 'year of the first DOS';
COMMENT ON COLUMN reporting.gross_billing_view.entry_week IS 'Monday of entry';
COMMENT ON COLUMN reporting.gross_billing_view.entry_month IS 'first day of the month of entry';
COMMENT ON COLUMN reporting.gross_billing_view.entry_quarter IS 'first day of the quarter of entry';
COMMENT ON COLUMN reporting.gross_billing_view.entry_year IS 'year of entry';
COMMENT ON COLUMN reporting.gross_billing_view.bill_week IS 'Monday of the billed date';
COMMENT ON COLUMN reporting.gross_billing_view.bill_month IS 'first day of the month of the billed date';
COMMENT ON COLUMN reporting.gross_billing_view.bill_quarter IS 'first day of the quarter of the billed date';
COMMENT ON COLUMN reporting.gross_billing_view.bill_year IS 'year of the billed date';
