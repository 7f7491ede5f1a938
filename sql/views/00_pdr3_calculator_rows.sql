-- Purpose: the rows of the report pdr3_calculator that count, of every account, as they came.
-- Grain: charge.
-- Date basis: knowledge of reporting.as_of(); a package replaces by: none; the whole report.
CREATE OR REPLACE VIEW reporting.pdr3_calculator_rows WITH (security_invoker = true) AS
SELECT r.client_id, r.customer_account, r.package_id, s.as_of, r.extras,
       r.facility_name, r.practice_name, r.charge_cpt_code, r.charge_rev_code, r.charge_amount,
       r.payment_allowed_amount, r.primary_group_number, r.primary_member_id, r.credit_payer_name,
       r.insurance_paid_amount, r.patient_paid_amount_w_copays, r.payment_received, r.payment_entered,
       r.charge_from_date, r.charge_to_date, r.primary_ins_addr_1, r.primary_ins_city, r.primary_ins_state,
       r.primary_ins_zip, r.patient_address_1, r.patient_city, r.patient_state, r.patient_zip,
       r.charge_balance_due_ins, r.charge_balance_due_pat, r.charge_balance_at_collections, r.charge_patient_id,
       r.charge_id
FROM warehouse.shown_packages s
JOIN warehouse.pdr3_calculator r ON r.client_id = s.client_id AND r.package_id = s.package_id
WHERE s.report_name = 'pdr3_calculator' AND s.known @> reporting.as_of();
GRANT SELECT ON reporting.pdr3_calculator_rows TO daysheet_app, daysheet_reader;
