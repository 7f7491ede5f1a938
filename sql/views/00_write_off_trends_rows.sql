-- Purpose: the rows of the report write_off_trends that count, of every account, as they came.
-- Grain: adjustment.
-- Date basis: knowledge of reporting.as_of(); a package replaces by: none; the whole report.
CREATE OR REPLACE VIEW reporting.write_off_trends_rows WITH (security_invoker = true) AS
SELECT r.client_id, r.customer_account, r.package_id, s.as_of, r.extras,
       r.charge_entered_date, r.claim_first_billed_date, r.payment_username, r.patient_id, r.charge_id,
       r.charge_claim_id, r.payment_received, r.patient_full_name, r.credit_source_w_o_payer, r.adjustment_code_s,
       r.credit_payer_name, r.payment_payer_id, r.patient_total_credits, r.patient_total_credits_1,
       r.payment_total_applied, r.patient_ins_credits, r.patient_credits, r.adj_code_description, r.charge_cpt_code,
       r.charge_amount, r.practice_name, r.facility_name, r.rendering_provider_name, r.adjustment_code,
       r.adjustment_group_code, r.adjustment_amount, r.adjustment_entered
FROM warehouse.shown_packages s
JOIN warehouse.write_off_trends r ON r.client_id = s.client_id AND r.package_id = s.package_id
WHERE s.report_name = 'write_off_trends' AND s.known @> reporting.as_of();
GRANT SELECT ON reporting.write_off_trends_rows TO daysheet_app, daysheet_reader;
