-- Purpose: open balances by who owes them, how old they are and how often the patient was written to.
-- Grain: charge with a balance.
-- Date basis: days from DOS, from entry and from the first bill to the as-of day of the report. A charge without payer
-- counts as billed on its entry date. Credits (a balance below zero) are not aged: their bucket is “credit”.
CREATE OR REPLACE VIEW reporting.ar_aging_view WITH (security_invoker = true) AS
SELECT a.client_id, a.customer_account, a.package_id, a.as_of,
       a.charge_id, a.claim_id, a.patient_id, a.patient_full_name, a.practice_name, a.facility_name,
       a.rendering_provider_name, a.charge_primary_payer_name, a.charge_primary_payer_id, a.charge_cpt_code,
       a.revenue_code, a.charge_from_date, a.charge_to_date, a.charge_entered_date, a.claim_first_billed_date,
       a.first_statement_date, a.charge_amount, a.charge_balance, a.charge_balance_due_ins,
       a.charge_balance_due_other, a.charge_balance_due_pat, a.charge_balance_at_collections,
       a.charge_insurance_payments, a.charge_patient_payments, a.charge_total_payments,
       a.patient_stmts_sent_electronically, a.patient_statements_printed,
       (coalesce(a.charge_balance_due_ins, 0) + coalesce(a.charge_balance_due_other, 0))::numeric(14,2)
           AS balance_due_payer,
       greatest(a.charge_balance, 0)::numeric(14,2) AS debit_balance,
       least(a.charge_balance, 0)::numeric(14,2) AS credit_balance,
       a.charge_balance < 0 AS is_credit,
       a.self_pay AS is_self_pay,
       a.billed_date,
       a.dos_age AS dos_age_days,
       a.entry_age AS entry_age_days,
       a.bill_age AS first_bill_age_days,
       a.as_of - a.first_statement_date AS first_statement_age_days,
       CASE WHEN a.charge_balance < 0 THEN 9 ELSE reporting.age_bucket_number(a.dos_age) END AS dos_bucket_number,
       CASE WHEN a.charge_balance < 0 THEN 'credit' ELSE reporting.age_bucket(a.dos_age) END AS dos_bucket,
       CASE WHEN a.charge_balance < 0 THEN 9 ELSE reporting.age_bucket_number(a.entry_age) END AS entry_bucket_number,
       CASE WHEN a.charge_balance < 0 THEN 'credit' ELSE reporting.age_bucket(a.entry_age) END AS entry_bucket,
       CASE WHEN a.charge_balance < 0 THEN 9 ELSE reporting.age_bucket_number(a.bill_age) END
           AS first_bill_bucket_number,
       CASE WHEN a.charge_balance < 0 THEN 'credit' WHEN a.bill_age IS NULL THEN 'unbilled'
            ELSE reporting.age_bucket(a.bill_age) END AS first_bill_bucket,
       CASE WHEN a.charge_balance < 0 THEN 99 ELSE reporting.fine_bucket_number(a.dos_age) END
           AS dos_fine_bucket_number,
       CASE WHEN a.charge_balance < 0 THEN 'credit' ELSE reporting.fine_bucket(a.dos_age) END AS dos_fine_bucket,
       CASE WHEN a.charge_balance < 0 THEN 99 ELSE reporting.fine_bucket_number(a.bill_age) END
           AS first_bill_fine_bucket_number,
       CASE WHEN a.charge_balance < 0 THEN 'credit' WHEN a.bill_age IS NULL THEN 'unbilled'
            ELSE reporting.fine_bucket(a.bill_age) END AS first_bill_fine_bucket,
       a.statements AS total_statements,
       reporting.statement_bucket_number(a.statements) AS statement_bucket_number,
       reporting.statement_bucket(a.statements) AS statement_bucket
FROM (
    SELECT r.*,
           reporting.is_self_pay(r.charge_primary_payer_name) AS self_pay,
           coalesce(r.claim_first_billed_date, CASE WHEN reporting.is_self_pay(r.charge_primary_payer_name)
                                               THEN r.charge_entered_date END) AS billed_date,
           r.as_of - r.charge_from_date AS dos_age,
           r.as_of - r.charge_entered_date AS entry_age,
           r.as_of - coalesce(r.claim_first_billed_date, CASE WHEN reporting.is_self_pay(r.charge_primary_payer_name)
                                                         THEN r.charge_entered_date END) AS bill_age,
           CASE WHEN r.patient_statements_printed IS NOT NULL OR r.patient_stmts_sent_electronically IS NOT NULL
                THEN coalesce(r.patient_statements_printed, 0) + coalesce(r.patient_stmts_sent_electronically, 0)
           END AS statements
    FROM reporting.ar_aging_rows r
) a;
GRANT SELECT ON reporting.ar_aging_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.ar_aging_view.balance_due_payer IS 'due from payers: primary (ins) and others';
COMMENT ON COLUMN reporting.ar_aging_view.debit_balance IS 'the balance where it is above zero, else 0';
COMMENT ON COLUMN reporting.ar_aging_view.credit_balance IS 'the balance where it is below zero, else 0';
COMMENT ON COLUMN reporting.ar_aging_view.is_credit IS 'the balance is below zero';
COMMENT ON COLUMN reporting.ar_aging_view.is_self_pay IS 'the charge has no primary payer';
COMMENT ON COLUMN reporting.ar_aging_view.billed_date IS 'first bill date; of a charge without payer its entry date';
COMMENT ON COLUMN reporting.ar_aging_view.dos_age_days IS 'as-of − first DOS';
COMMENT ON COLUMN reporting.ar_aging_view.entry_age_days IS 'as-of − entry';
COMMENT ON COLUMN reporting.ar_aging_view.first_bill_age_days IS 'as-of − billed date; empty while unbilled';
COMMENT ON COLUMN reporting.ar_aging_view.first_statement_age_days IS 'as-of − first statement to the patient';
COMMENT ON COLUMN reporting.ar_aging_view.dos_bucket_number IS 'order of dos_bucket: 0 no date, 1 to 5, 9 credit';
COMMENT ON COLUMN reporting.ar_aging_view.dos_bucket IS 'standard bucket by DOS';
COMMENT ON COLUMN reporting.ar_aging_view.entry_bucket_number IS 'order of entry_bucket: 0 no date, 1 to 5, 9 credit';
COMMENT ON COLUMN reporting.ar_aging_view.entry_bucket IS 'standard bucket by entry';
COMMENT ON COLUMN reporting.ar_aging_view.first_bill_bucket_number IS
    'order of first_bill_bucket: 0 unbilled, 1 to 5, 9 credit';
COMMENT ON COLUMN reporting.ar_aging_view.first_bill_bucket IS 'standard bucket by first bill';
COMMENT ON COLUMN reporting.ar_aging_view.dos_fine_bucket_number IS
    'order of dos_fine_bucket: 0 no date, 1 to 9, 99 credit';
COMMENT ON COLUMN reporting.ar_aging_view.dos_fine_bucket IS 'fine bucket by DOS';
COMMENT ON COLUMN reporting.ar_aging_view.first_bill_fine_bucket_number IS
    'order of first_bill_fine_bucket: 0 unbilled, 1 to 9, 99 credit';
COMMENT ON COLUMN reporting.ar_aging_view.first_bill_fine_bucket IS 'fine bucket by first bill';
COMMENT ON COLUMN reporting.ar_aging_view.total_statements IS
    'statements to the patient, printed and electronic; the same on every charge of the patient';
COMMENT ON COLUMN reporting.ar_aging_view.statement_bucket_number IS 'order of statement_bucket, 1 to 4';
COMMENT ON COLUMN reporting.ar_aging_view.statement_bucket IS 'how many statements: less than 3, 3-4, 5-6, over 6';
