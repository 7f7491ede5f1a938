-- Purpose: the rows of the report payment_trends that count, of every account, as they came.
-- Grain: payment line.
-- Date basis: knowledge of reporting.as_of(); a package replaces by: payment_entered.
CREATE OR REPLACE VIEW reporting.payment_trends_rows WITH (security_invoker = true) AS
SELECT r.client_id, r.customer_account, r.package_id, s.as_of, r.extras,
       r.practice_name, r.charge_entered_date, r.charge_from_date, r.charge_to_date, r.patient_full_name,
       r.payment_allowed_amount, r.charge_patient_id, r.charge_id, r.charge_rev_code, r.charge_cpt_code,
       r.type_of_bill, r.claim_id, r.charge_primary_payer_name, r.primary_payer_member_id, r.charge_amount,
       r.insurance_paid_amount, r.payment_total_paid, r.payment_total_applied, r.charge_insurance_adjustments,
       r.charge_patient_adjustments, r.charge_total_adjustments, r.payment_received, r.payment_entered,
       r.insurance_applied_amount, r.patient_applied_amount, r.payment_unapplied_amount, r.payment_id,
       r.facility_name, r.rendering_provider_name, r.payer_name, r.payment_refund_amount
FROM warehouse.shown_packages s
JOIN warehouse.payment_trends r ON r.client_id = s.client_id AND r.package_id = s.package_id
WHERE s.report_name = 'payment_trends' AND s.known @> reporting.as_of()
  AND (s.days IS NULL OR r.payment_entered <@ s.days OR (r.payment_entered IS NULL AND s.undated));
GRANT SELECT ON reporting.payment_trends_rows TO daysheet_app, daysheet_reader;
