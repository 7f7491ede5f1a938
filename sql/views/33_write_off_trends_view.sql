-- Purpose: adjustments and write-offs by kind: contractual, denial, timely filing, small balance, bad debt, charity.
-- Grain: adjustment.
-- Date basis: posted (adjustment_entered; payment_received where the saved report lacks it). The kind is our reading of
-- the code: the latest version of reporting.adjustment_kinds first, then the words of its description, else “other”.
-- Takebacks are negative and keep their kind.
CREATE OR REPLACE VIEW reporting.write_off_trends_view WITH (security_invoker = true) AS
SELECT w.client_id, w.customer_account, w.package_id, w.as_of,
       w.charge_id, w.charge_claim_id, w.patient_id, w.patient_full_name, w.practice_name, w.facility_name,
       w.rendering_provider_name, w.credit_source_w_o_payer, w.credit_payer_name, w.payment_payer_id,
       w.payment_username, w.charge_cpt_code, w.charge_entered_date, w.claim_first_billed_date, w.payment_received,
       w.adjustment_entered, w.adjustment_group_code, w.adjustment_code, w.adjustment_code_s, w.adj_code_description,
       w.charge_amount, w.adjustment_amount, w.payment_total_applied, w.patient_total_credits,
       w.patient_total_credits_1, w.patient_ins_credits, w.patient_credits,
       coalesce(w.adjustment_amount, w.patient_total_credits) AS write_off_amount,
       coalesce(w.adjustment_entered, w.payment_received) AS posted_date,
       coalesce(k.kind,
                CASE WHEN w.adj_code_description ILIKE '%contract%' OR w.adj_code_description ILIKE '%fee schedule%'
                     THEN 'contractual'
                     WHEN w.adj_code_description ILIKE '%timely%' THEN 'timely filing'
                     WHEN w.adj_code_description ILIKE '%denial%' THEN 'denial'
                     WHEN w.adj_code_description ILIKE '%small bal%' THEN 'small balance'
                     WHEN w.adj_code_description ILIKE '%bad debt%' OR w.adj_code_description ILIKE '%collection%'
                     THEN 'bad debt'
                     WHEN w.adj_code_description ILIKE '%charity%' OR w.adj_code_description ILIKE '%hardship%'
                     THEN 'charity' END,
                'other') AS kind,
       coalesce(w.adjustment_amount, w.patient_total_credits) < 0 AS is_takeback,
       reporting.week_of(coalesce(w.adjustment_entered, w.payment_received)) AS posted_week,
       reporting.month_of(coalesce(w.adjustment_entered, w.payment_received)) AS posted_month,
       reporting.quarter_of(coalesce(w.adjustment_entered, w.payment_received)) AS posted_quarter,
       reporting.year_of(coalesce(w.adjustment_entered, w.payment_received)) AS posted_year
FROM reporting.write_off_trends_rows w
LEFT JOIN reporting.adjustment_kinds k
    ON k.adjustment_code = upper(coalesce(w.adjustment_code, w.adjustment_code_s))
   AND k.version = (SELECT max(version) FROM reporting.adjustment_kinds);
GRANT SELECT ON reporting.write_off_trends_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.write_off_trends_view.write_off_amount IS
    'the adjustment; the patient''s total credits where the saved report lacks it';
COMMENT ON COLUMN reporting.write_off_trends_view.posted_date IS 'posted; received where the saved report lacks it';
COMMENT ON COLUMN reporting.write_off_trends_view.kind IS 'our kind of the adjustment code';
COMMENT ON COLUMN reporting.write_off_trends_view.is_takeback IS 'the amount is below zero';
COMMENT ON COLUMN reporting.write_off_trends_view.posted_week IS 'Monday of posting';
COMMENT ON COLUMN reporting.write_off_trends_view.posted_month IS 'first day of the month of posting';
COMMENT ON COLUMN reporting.write_off_trends_view.posted_quarter IS 'first day of the quarter of posting';
COMMENT ON COLUMN reporting.write_off_trends_view.posted_year IS 'year of posting';
