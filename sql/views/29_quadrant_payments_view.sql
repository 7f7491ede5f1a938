-- Purpose: payment lines for the quadrants, with what tells which of them stands for its charge.
-- Grain: payment line. charge_amount repeats on every line of a charge: never add it up, but on the line that stands
-- for the charge. From some day on that is the line whose charge has no earlier one, or an earlier one before that day.
-- Date basis: posted (payment_entered; its package replaces by it).
CREATE OR REPLACE VIEW reporting.quadrant_payments_view WITH (security_invoker = true) AS
SELECT l.client_id, l.customer_account, l.package_id, l.as_of,
       l.payment_id, l.charge_id, l.claim_id, l.charge_patient_id, l.patient_full_name, l.practice_name,
       l.facility_name, l.rendering_provider_name, l.charge_primary_payer_name, l.payer_name, l.payment_source,
       l.charge_cpt_code, l.charge_from_date, l.charge_to_date, l.charge_entered_date, l.payment_received,
       l.payment_entered, l.charge_amount, l.payment_allowed_amount, l.insurance_paid_amount, l.payment_total_paid,
       l.payment_total_applied, l.payment_unapplied_amount, l.payment_refund_amount,
       l.place = 1 AS is_first_line,
       l.earlier_posted,
       CASE WHEN l.charge_id IS NOT NULL
            THEN NOT bool_or(l.differs) OVER (PARTITION BY l.client_id, l.customer_account, l.charge_id) END AS is_alike
FROM (
    SELECT r.*,
           row_number() OVER line AS place,
           lag(r.payment_entered) OVER line AS earlier_posted,
           row_number() OVER line > 1
               AND (r.practice_name IS DISTINCT FROM lag(r.practice_name) OVER line
                    OR r.facility_name IS DISTINCT FROM lag(r.facility_name) OVER line
                    OR r.charge_primary_payer_name IS DISTINCT FROM lag(r.charge_primary_payer_name) OVER line
                    OR r.rendering_provider_name IS DISTINCT FROM lag(r.rendering_provider_name) OVER line
                    OR r.charge_amount IS DISTINCT FROM lag(r.charge_amount) OVER line) AS differs
    FROM reporting.quadrant_performance_rows r
    WINDOW line AS (PARTITION BY r.client_id, r.customer_account, r.charge_id ORDER BY r.payment_entered)
) l;
GRANT SELECT ON reporting.quadrant_payments_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.quadrant_payments_view.is_first_line IS 'no line of the charge was posted before it';
COMMENT ON COLUMN reporting.quadrant_payments_view.earlier_posted IS
    'day of posting of the line of the charge before this one; empty on the first';
COMMENT ON COLUMN reporting.quadrant_payments_view.is_alike IS
    'all lines of the charge have one practice, facility, payer, provider and gross charge; empty without charge ID';
