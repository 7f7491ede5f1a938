-- Purpose: what denial_trends_view says, once for each charge of a remittance, so that dollars and claims can be added.
-- Grain: charge × day of posting.
-- Date basis: posted, as denial_trends_view. Rows that are no denial stay, marked.
CREATE OR REPLACE VIEW reporting.denied_charges_view WITH (security_invoker = true) AS
SELECT d.client_id, d.customer_account, d.package_id, d.as_of,
       d.charge_id, d.payment_entered,
       max(d.claim_id) AS claim_id,
       max(d.practice_name) AS practice_name,
       max(d.facility_name) AS facility_name,
       max(d.rendering_provider_name) AS rendering_provider_name,
       max(d.charge_primary_payer_name) AS charge_primary_payer_name,
       max(d.payer_name) AS payer_name,
       max(d.charge_cpt_code) AS charge_cpt_code,
       max(d.charge_from_date) AS charge_from_date,
       max(d.charge_primary_payment_date) AS charge_primary_payment_date,
       max(d.charge_amount)::numeric(14,2) AS charge_amount,
       max(d.insurance_paid_amount)::numeric(14,2) AS insurance_paid_amount,
       count(*) AS remark_count,
       bool_or(d.is_denial) AS is_denial,
       bool_or(d.counts_in_rate) AS counts_in_rate,
       bool_or(d.is_initial) AS is_initial,
       bool_or(d.is_preventable) AS is_preventable,
       coalesce(min(d.category) FILTER (WHERE d.counts_in_rate), min(d.category) FILTER (WHERE d.is_denial),
                min(d.category)) AS category,
       coalesce(min(d.reason_code) FILTER (WHERE d.counts_in_rate), min(d.reason_code) FILTER (WHERE d.is_denial),
                min(d.reason_code)) AS reason_code,
       bool_or(d.is_resolved) AS is_resolved,
       bool_or(d.is_overturned) AS is_overturned,
       max(d.appeal_date) AS appeal_date,
       max(d.appeal_decision_date) AS appeal_decision_date,
       reporting.month_of(d.payment_entered) AS posted_month,
       CASE WHEN bool_or(d.is_overturned) THEN 'overturned'
            WHEN bool_or(d.is_resolved) THEN 'upheld'
            WHEN max(d.appeal_date) IS NOT NULL THEN 'appeal open'
            ELSE 'not appealed' END AS outcome
FROM reporting.denial_trends_view d
GROUP BY d.client_id, d.customer_account, d.package_id, d.as_of, d.charge_id, d.payment_entered;
GRANT SELECT ON reporting.denied_charges_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.denied_charges_view.remark_count IS 'rows of denial_trends_view behind this one';
COMMENT ON COLUMN reporting.denied_charges_view.is_denial IS 'at least one of its codes is a denial';
COMMENT ON COLUMN reporting.denied_charges_view.counts_in_rate IS 'at least one of its codes counts in the comparable rate';
COMMENT ON COLUMN reporting.denied_charges_view.is_initial IS 'came with the first remittance of the primary payer';
COMMENT ON COLUMN reporting.denied_charges_view.is_preventable IS 'at least one of its codes is preventable';
COMMENT ON COLUMN reporting.denied_charges_view.category IS
    'category of a code that counts in the rate, else of a denial, else of any; by name where there are several';
COMMENT ON COLUMN reporting.denied_charges_view.reason_code IS
    'reason code, chosen as the category is; with several codes not always that category''s own';
COMMENT ON COLUMN reporting.denied_charges_view.is_resolved IS 'the appeal was decided';
COMMENT ON COLUMN reporting.denied_charges_view.is_overturned IS 'the appeal was decided for the office';
COMMENT ON COLUMN reporting.denied_charges_view.posted_month IS 'first day of the month of posting';
COMMENT ON COLUMN reporting.denied_charges_view.outcome IS
    'overturned or upheld once an appeal is decided, else appeal open, else not appealed';
