-- Purpose: the rows of the report denial_trends that count, of every account, as they came.
-- Grain: charge × remark.
-- Date basis: knowledge of reporting.as_of(); a package replaces by: payment_entered.
CREATE OR REPLACE VIEW reporting.denial_trends_rows WITH (security_invoker = true) AS
SELECT r.client_id, r.customer_account, r.package_id, s.as_of, r.extras,
       r.facility_name, r.practice_name, r.office_name, r.charge_entered_date, r.charge_from_date, r.charge_to_date,
       r.charge_first_bill_date, r.patient_id, r.patient_full_name, r.charge_id, r.charge_rev_code,
       r.charge_cpt_code, r.remark_code_s, r.unpaid_reason_code_s, r.charge_primary_payment_date,
       r.payment_received, r.payment_entered, r.charge_primary_payer_name, r.payer_name, r.charge_amount,
       r.insurance_paid_amount, r.claim_id, r.rendering_provider_name, r.adjustment_group_code, r.appeal_date,
       r.appeal_decision_date, r.appeal_outcome
FROM warehouse.shown_packages s
JOIN warehouse.denial_trends r ON r.client_id = s.client_id AND r.package_id = s.package_id
WHERE s.report_name = 'denial_trends' AND s.known @> reporting.as_of()
  AND (s.days IS NULL OR r.payment_entered <@ s.days OR (r.payment_entered IS NULL AND s.undated));
GRANT SELECT ON reporting.denial_trends_rows TO daysheet_app, daysheet_reader;
