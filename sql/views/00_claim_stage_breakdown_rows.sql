-- Purpose: the rows of the report claim_stage_breakdown that count, of every account, as they came.
-- Grain: charge.
-- Date basis: knowledge of reporting.as_of(); a package replaces by: none; the whole report.
CREATE OR REPLACE VIEW reporting.claim_stage_breakdown_rows WITH (security_invoker = true) AS
SELECT r.client_id, r.customer_account, r.package_id, s.as_of, r.extras,
       r.practice_name, r.facility_name, r.office_name, r.patient_id, r.charge_id, r.claim_id, r.patient_full_name,
       r.charge_entered_date, r.charge_cpt_code, r.charge_rev_code, r.type_of_bill, r.charge_entered_age_days,
       r.charge_from_date, r.charge_to_date, r.charge_amount, r.claim_status, r.charge_set_to_status,
       r.charge_balance, r.charge_balance_due_ins, r.charge_balance_due_other, r.charge_balance_due_pat,
       r.charge_balance_at_collections, r.charge_primary_payer_name, r.charge_current_payer_name,
       r.rendering_provider_name
FROM warehouse.shown_packages s
JOIN warehouse.claim_stage_breakdown r ON r.client_id = s.client_id AND r.package_id = s.package_id
WHERE s.report_name = 'claim_stage_breakdown' AND s.known @> reporting.as_of();
GRANT SELECT ON reporting.claim_stage_breakdown_rows TO daysheet_app, daysheet_reader;
