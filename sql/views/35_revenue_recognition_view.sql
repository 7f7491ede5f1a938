-- Purpose: charges against what was paid on them, by month of service: both reports, one under the other.
-- Grain: charge (entry “charge”) or payment line (entry “payment”). Amounts of the other kind are empty, so any sum holds.
-- Date basis: service_month by first DOS; posted_month by entry of the charge, by posting of the payment. A payment
-- that stands on no charge has no service month.
CREATE OR REPLACE VIEW reporting.revenue_recognition_view WITH (security_invoker = true) AS
SELECT c.client_id, c.customer_account, c.package_id, c.as_of,
       'charge' AS entry,
       c.charge_id, c.claim_id, NULL::text AS payment_id, c.charge_patient_id, c.patient_full_name,
       c.practice_name, c.facility_name, c.rendering_provider_name, c.charge_primary_payer_name,
       c.charge_cpt_code, c.charge_rev_code, c.type_of_bill, c.claim_status, c.charge_from_date, c.charge_to_date,
       c.charge_entered_date, c.claim_first_billed_date, NULL::date AS payment_received, NULL::date AS payment_entered,
       reporting.month_of(c.charge_from_date) AS service_month,
       reporting.month_of(c.charge_entered_date) AS posted_month,
       c.charge_amount,
       NULL::numeric(14,2) AS payment_allowed_amount,
       NULL::numeric(14,2) AS insurance_paid_amount,
       NULL::numeric(14,2) AS patient_paid_amount,
       NULL::numeric(14,2) AS payment_total_paid,
       NULL::numeric(14,2) AS payment_total_applied,
       NULL::numeric(14,2) AS payment_unapplied_amount,
       NULL::numeric(14,2) AS payment_refund_amount,
       NULL::integer AS months_to_payment
FROM reporting.rev_rec_charges_rows c
UNION ALL
SELECT p.client_id, p.customer_account, p.package_id, p.as_of,
       'payment',
       p.charge_id, p.claim_id, p.payment_id, p.charge_patient_id, p.patient_full_name,
       p.practice_name, p.facility_name, p.rendering_provider_name, p.charge_primary_payer_name,
       p.charge_cpt_code, p.charge_rev_code, p.type_of_bill, NULL, p.charge_from_date, p.charge_to_date,
       p.charge_entered_date, NULL, p.payment_received, p.payment_entered,
       reporting.month_of(p.charge_from_date),
       reporting.month_of(p.payment_entered),
       NULL::numeric(14,2),
       p.payment_allowed_amount,
       p.insurance_paid_amount,
       (coalesce(p.payment_total_paid, 0) - coalesce(p.insurance_paid_amount, 0))::numeric(14,2),
       p.payment_total_paid,
       p.payment_total_applied,
       p.payment_unapplied_amount,
       p.payment_refund_amount,
       (reporting.year_of(p.payment_entered) - reporting.year_of(p.charge_from_date)) * 12
           + extract(month FROM p.payment_entered)::integer - extract(month FROM p.charge_from_date)::integer
FROM reporting.rev_rec_payments_rows p;
GRANT SELECT ON reporting.revenue_recognition_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.revenue_recognition_view.entry IS 'charge or payment: which report the row is of';
COMMENT ON COLUMN reporting.revenue_recognition_view.service_month IS 'first day of the month of the first DOS';
COMMENT ON COLUMN reporting.revenue_recognition_view.posted_month IS
    'first day of the month in which the charge was entered or the payment posted';
COMMENT ON COLUMN reporting.revenue_recognition_view.patient_paid_amount IS 'total paid less what insurance paid';
COMMENT ON COLUMN reporting.revenue_recognition_view.months_to_payment IS
    'months from the month of service to the month of posting';
