-- Purpose: payments by who paid, what is applied and how fast they were posted.
-- Grain: payment line. charge_amount and the charge's adjustments repeat on every payment of a charge: never add them.
-- Date basis: posted (payment_entered; its package replaces by it); the date received where a column says so.
CREATE OR REPLACE VIEW reporting.payment_trends_view WITH (security_invoker = true) AS
SELECT p.client_id, p.customer_account, p.package_id, p.as_of,
       p.payment_id, p.charge_id, p.claim_id, p.charge_patient_id, p.patient_full_name, p.primary_payer_member_id,
       p.practice_name, p.facility_name, p.rendering_provider_name, p.charge_primary_payer_name, p.payer_name,
       p.type_of_bill, p.charge_cpt_code, p.charge_rev_code, p.charge_from_date, p.charge_to_date,
       p.charge_entered_date, p.payment_received, p.payment_entered, p.charge_amount, p.payment_allowed_amount,
       p.insurance_paid_amount, p.payment_total_paid, p.payment_total_applied, p.payment_unapplied_amount,
       p.insurance_applied_amount, p.patient_applied_amount, p.charge_insurance_adjustments,
       p.charge_patient_adjustments, p.charge_total_adjustments, p.payment_refund_amount,
       p.patient_paid AS patient_paid_amount,
       CASE WHEN p.insurance_paid_amount <> 0 AND p.patient_paid <> 0 THEN 'both'
            WHEN p.insurance_paid_amount <> 0 THEN 'insurance'
            WHEN p.patient_paid <> 0 THEN 'patient'
            ELSE 'nothing paid' END AS paid_by,
       CASE WHEN p.payment_allowed_amount > 0 THEN 'paid' ELSE 'not paid' END AS payment_status,
       p.payment_total_paid < 0 AS is_reversal,
       coalesce(p.payment_unapplied_amount, 0) <> 0 AS is_unapplied,
       CASE WHEN p.payment_unapplied_amount <> 0 THEN p.as_of - p.payment_entered END AS unapplied_age_days,
       p.payment_entered - p.payment_received AS posting_turnaround_days,
       p.payment_entered < p.payment_received AS posted_before_received,
       p.payment_entered - p.charge_from_date AS dos_to_posted_days,
       reporting.week_of(p.payment_entered) AS posted_week,
       reporting.month_of(p.payment_entered) AS posted_month,
       reporting.quarter_of(p.payment_entered) AS posted_quarter,
       reporting.year_of(p.payment_entered) AS posted_year,
       reporting.month_of(p.payment_received) AS received_month,
       reporting.month_of(p.charge_from_date) AS dos_month,
       CASE WHEN p.payment_unapplied_amount <> 0 THEN reporting.age_bucket(p.as_of - p.payment_entered) END
           AS unapplied_bucket,
       CASE WHEN p.payment_total_paid < 0 THEN
            CASE WHEN p.payment_refund_amount IS NULL THEN 'refund or reversal'
                 WHEN p.payment_refund_amount <> 0 THEN 'refund'
                 ELSE 'reversal' END END AS taken_back
FROM (
    SELECT r.*,
           (coalesce(r.payment_total_paid, 0) - coalesce(r.insurance_paid_amount, 0))::numeric(14,2) AS patient_paid
    FROM reporting.payment_trends_rows r
) p;
GRANT SELECT ON reporting.payment_trends_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.payment_trends_view.patient_paid_amount IS 'total paid less what insurance paid';
COMMENT ON COLUMN reporting.payment_trends_view.paid_by IS
    'insurance, patient, both or nothing paid, by which amount is not zero';
COMMENT ON COLUMN reporting.payment_trends_view.payment_status IS 'paid where more than nothing was allowed, else not paid';
COMMENT ON COLUMN reporting.payment_trends_view.is_reversal IS 'a negative payment: reversal, takeback or refund';
COMMENT ON COLUMN reporting.payment_trends_view.is_unapplied IS 'some of the money stands on no charge';
COMMENT ON COLUMN reporting.payment_trends_view.unapplied_age_days IS 'as-of − posted, of money that is unapplied';
COMMENT ON COLUMN reporting.payment_trends_view.posting_turnaround_days IS 'posted − received';
COMMENT ON COLUMN reporting.payment_trends_view.posted_before_received IS
    'a turnaround below zero: a date must be wrong';
COMMENT ON COLUMN reporting.payment_trends_view.dos_to_posted_days IS 'posted − first DOS (payment velocity)';
COMMENT ON COLUMN reporting.payment_trends_view.posted_week IS 'Monday of posting';
COMMENT ON COLUMN reporting.payment_trends_view.posted_month IS 'first day of the month of posting';
COMMENT ON COLUMN reporting.payment_trends_view.posted_quarter IS 'first day of the quarter of posting';
COMMENT ON COLUMN reporting.payment_trends_view.posted_year IS 'year of posting';
COMMENT ON COLUMN reporting.payment_trends_view.received_month IS 'first day of the month in which the money came';
COMMENT ON COLUMN reporting.payment_trends_view.dos_month IS 'first day of the month of the first DOS';
COMMENT ON COLUMN reporting.payment_trends_view.unapplied_bucket IS 'age since posting of money that is unapplied';
COMMENT ON COLUMN reporting.payment_trends_view.taken_back IS
    'refund or reversal, of a negative payment; both words where the saved report has no refunds';
