-- Purpose: the rows of the report ar_aging that count, of every account, as they came.
-- Grain: charge.
-- Date basis: knowledge of reporting.as_of(); a package replaces by: none; the whole report.
CREATE OR REPLACE VIEW reporting.ar_aging_rows WITH (security_invoker = true) AS
SELECT r.client_id, r.customer_account, r.package_id, s.as_of, r.extras,
       r.charge_id, r.claim_id, r.claim_first_billed_date, r.charge_from_date, r.charge_to_date,
       r.charge_entered_date, r.charge_primary_payer_name, r.charge_primary_payer_id, r.practice_name,
       r.patient_full_name, r.patient_id, r.charge_cpt_code, r.charge_cpt_description, r.revenue_code,
       r.charge_fromdate_age, r.charge_first_bill_date_age, r.charge_balance, r.charge_balance_due_ins,
       r.charge_balance_due_other, r.charge_balance_due_pat, r.charge_balance_at_collections,
       r.charge_insurance_payments, r.charge_patient_payments, r.charge_total_payments,
       r.patient_stmts_sent_electronically, r.patient_statements_printed, r.facility_name,
       r.rendering_provider_name, r.charge_amount, r.first_statement_date
FROM warehouse.shown_packages s
JOIN warehouse.ar_aging r ON r.client_id = s.client_id AND r.package_id = s.package_id
WHERE s.report_name = 'ar_aging' AND s.known @> reporting.as_of();
GRANT SELECT ON reporting.ar_aging_rows TO daysheet_app, daysheet_reader;
