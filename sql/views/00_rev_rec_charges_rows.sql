-- Purpose: the rows of the report rev_rec_charges that count, of every account, as they came.
-- Grain: charge.
-- Date basis: knowledge of reporting.as_of(); a package replaces by: none; the whole report.
CREATE OR REPLACE VIEW reporting.rev_rec_charges_rows WITH (security_invoker = true) AS
SELECT r.client_id, r.customer_account, r.package_id, s.as_of, r.extras,
       r.charge_primary_payer_name, r.charge_primary_payer_id, r.claim_primary_payer_type,
       r.charge_secondary_payer_name, r.claim_type, r.charge_patient_id, r.charge_id, r.claim_id,
       r.patient_full_name, r.primary_payer_member_id, r.charge_from_date, r.charge_to_date,
       r.claim_first_billed_date, r.times_billed, r.admission_date, r.claim_admit_code, r.charge_cpt_code,
       r.charge_rev_code, r.charge_units_sum, r.type_of_bill, r.claim_status, r.charge_amount, r.primary_group,
       r.claim_primary_member_id, r.charge_entered_date, r.practice_name, r.facility_name, r.rendering_provider_name
FROM warehouse.shown_packages s
JOIN warehouse.rev_rec_charges r ON r.client_id = s.client_id AND r.package_id = s.package_id
WHERE s.report_name = 'rev_rec_charges' AND s.known @> reporting.as_of();
GRANT SELECT ON reporting.rev_rec_charges_rows TO daysheet_app, daysheet_reader;
