-- Purpose: the rows of the report gross_billing that count, of every account, as they came.
-- Grain: charge.
-- Date basis: knowledge of reporting.as_of(); a package replaces by: charge_entered_date.
CREATE OR REPLACE VIEW reporting.gross_billing_rows WITH (security_invoker = true) AS
SELECT r.client_id, r.customer_account, r.package_id, s.as_of, r.extras,
       r.practice_name, r.charge_primary_payer_name, r.charge_primary_payer_name_1, r.charge_patient_id,
       r.charge_id, r.charge_claim_id, r.patient_full_name, r.primary_payer_member_id, r.charge_from_date,
       r.charge_to_date, r.charge_entered_date, r.type_of_bill, r.claim_first_billed_date, r.charge_cpt_code,
       r.charge_units_sum, r.charge_amount, r.charge_rev_code, r.charge_current_payer_name, r.claim_status,
       r.facility_name, r.rendering_provider_name, r.hold_start_date, r.hold_release_date, r.claim_last_billed_date,
       r.times_billed, r.claim_rejected_date
FROM warehouse.shown_packages s
JOIN warehouse.gross_billing r ON r.client_id = s.client_id AND r.package_id = s.package_id
WHERE s.report_name = 'gross_billing' AND s.known @> reporting.as_of()
  AND (s.days IS NULL OR r.charge_entered_date <@ s.days OR (r.charge_entered_date IS NULL AND s.undated));
GRANT SELECT ON reporting.gross_billing_rows TO daysheet_app, daysheet_reader;
