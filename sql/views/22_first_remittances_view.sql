-- Purpose: the first answer of a payer to each charge, and whether it denied it: what denial rates are made of.
-- Grain: charge that a payer has answered, be it with a payment or with a denial.
-- Date basis: posted (payment_entered), of the first answer. A charge counts as denied when an initial denial that the
-- comparable rate counts was posted in the month of its first answer, so that a month once over stays as it is. A claim
-- is of the month of the first answer to any of its charges; a charge without a claim stands for one.
CREATE OR REPLACE VIEW reporting.first_remittances_view WITH (security_invoker = true) AS
WITH answers AS (
    SELECT p.client_id, p.customer_account, p.package_id, p.as_of, p.charge_id, p.claim_id, p.practice_name,
           p.facility_name, p.rendering_provider_name, p.charge_primary_payer_name, p.charge_cpt_code,
           p.charge_from_date, p.charge_amount, p.payment_entered AS posted, false AS is_counted,
           NULL::text AS category, NULL::text AS reason_code, NULL::boolean AS is_preventable
    FROM reporting.payment_trends_view p
    WHERE p.paid_by <> 'patient' AND p.charge_id IS NOT NULL AND p.payment_entered IS NOT NULL
    UNION ALL
    SELECT d.client_id, d.customer_account, d.package_id, d.as_of, d.charge_id, d.claim_id, d.practice_name,
           d.facility_name, d.rendering_provider_name, d.charge_primary_payer_name, d.charge_cpt_code,
           d.charge_from_date, d.charge_amount, d.payment_entered, coalesce(d.is_initial AND d.counts_in_rate, false),
           d.category, d.reason_code, d.is_preventable
    FROM reporting.denied_charges_view d
    WHERE d.charge_id IS NOT NULL AND d.payment_entered IS NOT NULL
), placed AS (
    SELECT a.*, min(a.posted) OVER (PARTITION BY a.client_id, a.customer_account, a.charge_id) AS first_posted
    FROM answers a
), decided AS (
    SELECT p.*, p.is_counted AND reporting.month_of(p.posted) = reporting.month_of(p.first_posted) AS is_denied
    FROM placed p
), charges AS (
    SELECT d.client_id, d.customer_account, d.charge_id, d.first_posted,
           max(d.package_id) AS package_id, max(d.as_of) AS as_of, max(d.claim_id) AS claim_id,
           max(d.practice_name) AS practice_name, max(d.facility_name) AS facility_name,
           max(d.rendering_provider_name) AS rendering_provider_name,
           max(d.charge_primary_payer_name) AS charge_primary_payer_name,
           max(d.charge_cpt_code) AS charge_cpt_code, min(d.charge_from_date) AS charge_from_date,
           max(d.charge_amount)::numeric(14,2) AS charge_amount,
           bool_or(d.is_denied) AS is_denied,
           min(d.category) FILTER (WHERE d.is_denied) AS category,
           min(d.reason_code) FILTER (WHERE d.is_denied) AS reason_code,
           bool_or(d.is_preventable) FILTER (WHERE d.is_denied) AS is_preventable
    FROM decided d
    GROUP BY d.client_id, d.customer_account, d.charge_id, d.first_posted
), claimed AS (
    SELECT c.*,
           reporting.month_of(min(c.first_posted) OVER (
               PARTITION BY c.client_id, c.customer_account, c.claim_id,
                            CASE WHEN c.claim_id IS NULL THEN c.charge_id END)) AS claim_month
    FROM charges c
), dated AS (
    SELECT m.*, reporting.month_of(m.first_posted) AS first_month FROM claimed m
), compared AS (
    SELECT m.*,
           row_number() OVER answer AS place,
           lag(m.first_posted) OVER answer AS claim_posted_before,
           row_number() OVER answer > 1
               AND (m.practice_name IS DISTINCT FROM lag(m.practice_name) OVER answer
                    OR m.facility_name IS DISTINCT FROM lag(m.facility_name) OVER answer
                    OR m.charge_primary_payer_name IS DISTINCT FROM lag(m.charge_primary_payer_name) OVER answer
                    OR m.rendering_provider_name IS DISTINCT FROM lag(m.rendering_provider_name) OVER answer) AS differs
    FROM dated m
    WINDOW answer AS (PARTITION BY m.client_id, m.customer_account, m.claim_id,
                                   CASE WHEN m.claim_id IS NULL THEN m.charge_id END, m.first_month
                      ORDER BY m.first_posted)
)
SELECT m.client_id, m.customer_account, m.package_id, m.as_of, m.charge_id, m.claim_id, m.practice_name,
       m.facility_name, m.rendering_provider_name, m.charge_primary_payer_name, m.charge_cpt_code,
       m.charge_from_date, m.charge_amount, m.first_posted,
       m.first_month, m.claim_month, m.is_denied, m.category, m.reason_code, m.is_preventable,
       (CASE WHEN m.is_denied THEN m.charge_amount ELSE 0 END)::numeric(14,2) AS denied_amount,
       m.is_denied AND m.first_month = m.claim_month AS is_denied_with_claim,
       m.place = 1 AS is_first_of_claim,
       m.claim_posted_before,
       NOT bool_or(m.differs) OVER (PARTITION BY m.client_id, m.customer_account, m.claim_id,
                                                 CASE WHEN m.claim_id IS NULL THEN m.charge_id END, m.first_month)
           AS is_claim_alike
FROM compared m;
GRANT SELECT ON reporting.first_remittances_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.first_remittances_view.first_posted IS 'day of posting of the first answer of a payer';
COMMENT ON COLUMN reporting.first_remittances_view.first_month IS 'first day of the month of the first answer';
COMMENT ON COLUMN reporting.first_remittances_view.claim_month IS
    'first day of the month of the first answer to any charge of the claim';
COMMENT ON COLUMN reporting.first_remittances_view.is_denied IS
    'an initial denial that the comparable rate counts came in the month of the first answer';
COMMENT ON COLUMN reporting.first_remittances_view.category IS 'our category of that denial';
COMMENT ON COLUMN reporting.first_remittances_view.reason_code IS 'reason code of that denial';
COMMENT ON COLUMN reporting.first_remittances_view.is_preventable IS 'that denial is of a kind that the office can prevent';
COMMENT ON COLUMN reporting.first_remittances_view.denied_amount IS 'the charge where it was denied, else zero';
COMMENT ON COLUMN reporting.first_remittances_view.is_denied_with_claim IS
    'denied, and answered in the month in which its claim was answered first: what makes the claim a denied one';
COMMENT ON COLUMN reporting.first_remittances_view.is_first_of_claim IS
    'no charge of the claim was answered before it in the month of its first answer';
COMMENT ON COLUMN reporting.first_remittances_view.claim_posted_before IS
    'day of the answer to the charge of the claim before this one in that month; empty on the first';
COMMENT ON COLUMN reporting.first_remittances_view.is_claim_alike IS
    'all charges of the claim that were first answered in that month have one practice, facility, payer and provider';
