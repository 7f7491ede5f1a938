-- Purpose: what payers did not pay and why: codes read, sorted into our categories, denials told from adjustments.
-- Grain: charge × remark. charge_amount repeats on every remark of a charge: add it up in denied_charges_view.
-- Date basis: posted (payment_entered; its package replaces by it). A denial is initial when it came with the first
-- remittance of the primary payer. Categories: the latest version of reporting.denial_codes; of several reason codes
-- in a cell the first denial counts, else the first code; a code we do not know is a denial of category “other”.
CREATE OR REPLACE VIEW reporting.denial_trends_view WITH (security_invoker = true) AS
SELECT r.client_id, r.customer_account, r.package_id, r.as_of,
       r.charge_id, r.claim_id, r.patient_id, r.patient_full_name, r.practice_name, r.facility_name, r.office_name,
       r.rendering_provider_name, r.charge_primary_payer_name, r.payer_name, r.charge_cpt_code, r.charge_rev_code,
       r.charge_from_date, r.charge_to_date, r.charge_entered_date, r.charge_first_bill_date,
       r.charge_primary_payment_date, r.payment_received, r.payment_entered, r.adjustment_group_code,
       r.unpaid_reason_code_s, r.remark_code_s, r.appeal_date, r.appeal_decision_date, r.appeal_outcome,
       r.charge_amount, r.insurance_paid_amount,
       coalesce(d.group_code, upper(r.adjustment_group_code)) AS group_code,
       d.reason_code,
       coalesce(d.category, 'other') AS category,
       coalesce(d.is_denial, true) AS is_denial,
       coalesce(d.preventable, false) AS is_preventable,
       coalesce(d.is_denial, true) AND coalesce(d.category, 'other') NOT IN ('duplicate', 'coordination')
           AS counts_in_rate,
       d.version AS codes_version,
       least(r.payment_received, r.payment_entered) <= r.charge_primary_payment_date AS is_initial,
       r.appeal_outcome IS NOT NULL AND upper(r.appeal_outcome) LIKE 'OVERTURN%' AS is_overturned,
       r.appeal_decision_date IS NOT NULL AS is_resolved,
       r.appeal_date - r.payment_entered AS denial_to_appeal_days,
       r.appeal_decision_date - r.payment_entered AS denial_to_resolution_days,
       CASE WHEN r.appeal_decision_date IS NULL THEN r.as_of - r.payment_entered END AS open_days,
       reporting.week_of(r.payment_entered) AS posted_week,
       reporting.month_of(r.payment_entered) AS posted_month,
       reporting.quarter_of(r.payment_entered) AS posted_quarter,
       reporting.year_of(r.payment_entered) AS posted_year,
       reporting.month_of(r.charge_from_date) AS dos_month
FROM reporting.denial_trends_rows r
-- One look-up for each pair of cells that occurs: the planner remembers the answers.
LEFT JOIN LATERAL (
    SELECT f.group_code, f.reason_code, k.category, k.is_denial, k.preventable, k.version
    FROM (
        SELECT coalesce(m.found[1], upper(r.adjustment_group_code)) AS group_code, m.found[2] AS reason_code, m.place
        FROM regexp_matches(upper(r.unpaid_reason_code_s),
                            '\m(?:(CO|PR|OA|PI|CR)[ -]?)?([ABPWY]?[0-9]{1,3})\M', 'g')
             WITH ORDINALITY AS m(found, place)
    ) f
    LEFT JOIN reporting.denial_codes k ON k.reason_code = f.reason_code AND k.group_code IN (f.group_code, '*')
        AND k.version = (SELECT max(version) FROM reporting.denial_codes)
    ORDER BY coalesce(k.is_denial, true) DESC, f.place, k.group_code = '*'
    LIMIT 1
) d ON true;
GRANT SELECT ON reporting.denial_trends_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.denial_trends_view.group_code IS 'group of the reason code, from its cell or its own column';
COMMENT ON COLUMN reporting.denial_trends_view.reason_code IS 'the reason code that counts';
COMMENT ON COLUMN reporting.denial_trends_view.category IS 'our category of that code';
COMMENT ON COLUMN reporting.denial_trends_view.is_denial IS 'a denial; false: an adjustment or the patient''s share';
COMMENT ON COLUMN reporting.denial_trends_view.is_preventable IS 'of a kind that the office can prevent';
COMMENT ON COLUMN reporting.denial_trends_view.counts_in_rate IS
    'a denial that the comparable rate counts: neither duplicate nor coordination of benefits';
COMMENT ON COLUMN reporting.denial_trends_view.codes_version IS 'version of the code table; empty for unknown codes';
COMMENT ON COLUMN reporting.denial_trends_view.is_initial IS
    'came with the first remittance of the primary payer; empty where the saved report lacks that date';
COMMENT ON COLUMN reporting.denial_trends_view.is_overturned IS 'the appeal was decided for the office';
COMMENT ON COLUMN reporting.denial_trends_view.is_resolved IS 'the appeal was decided';
COMMENT ON COLUMN reporting.denial_trends_view.denial_to_appeal_days IS 'appeal − posted';
COMMENT ON COLUMN reporting.denial_trends_view.denial_to_resolution_days IS 'decision − posted';
COMMENT ON COLUMN reporting.denial_trends_view.open_days IS 'as-of − posted, while no appeal is decided';
COMMENT ON COLUMN reporting.denial_trends_view.posted_week IS 'Monday of posting';
COMMENT ON COLUMN reporting.denial_trends_view.posted_month IS 'first day of the month of posting';
COMMENT ON COLUMN reporting.denial_trends_view.posted_quarter IS 'first day of the quarter of posting';
COMMENT ON COLUMN reporting.denial_trends_view.posted_year IS 'year of posting';
COMMENT ON COLUMN reporting.denial_trends_view.dos_month IS 'first day of the month of the first DOS';
