-- Purpose: the day on which a payer first answered a claim, be it with a payment or with a denial.
-- Grain: claim that a payer has answered.
-- Date basis: posted (payment_entered) of the first row of payment_trends_view or denied_charges_view that names it.
CREATE OR REPLACE VIEW reporting.answered_claims_view WITH (security_invoker = true) AS
SELECT a.client_id, a.customer_account, max(a.package_id) AS package_id, max(a.as_of) AS as_of, a.claim_id,
       min(a.payment_entered) AS first_posted
FROM (
    SELECT p.client_id, p.customer_account, p.package_id, p.as_of, p.claim_id, p.payment_entered
    FROM reporting.payment_trends_view p
    WHERE p.paid_by <> 'patient'
    UNION ALL
    SELECT d.client_id, d.customer_account, d.package_id, d.as_of, d.claim_id, d.payment_entered
    FROM reporting.denied_charges_view d
) a
WHERE a.claim_id IS NOT NULL AND a.payment_entered IS NOT NULL
GROUP BY a.client_id, a.customer_account, a.claim_id;
GRANT SELECT ON reporting.answered_claims_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.answered_claims_view.first_posted IS 'day of posting of the first answer of a payer';
