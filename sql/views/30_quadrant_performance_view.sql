-- Purpose: practices, facilities, payers and providers in quadrants: volume (gross charges) × yield (paid ÷ charged).
-- Grain: client × dimension × member. A dimension that the saved report lacks has no rows.
-- Date basis: all payment lines that are shown, by posting; a charge counts once however many payments it has.
-- Our reading of a report whose formula is not public: volume in dollars of gross charges; paid with refunds taken off;
-- both split at the median of the members that have charges; a member at the median is high.
CREATE OR REPLACE VIEW reporting.quadrant_performance_view WITH (security_invoker = true) AS
WITH charges AS (
    SELECT client_id, max(as_of) AS as_of, max(practice_name) AS practice, max(facility_name) AS facility,
           max(charge_primary_payer_name) AS payer, max(rendering_provider_name) AS provider,
           max(charge_amount) AS charged, sum(payment_total_paid) AS paid, sum(payment_total_applied) AS applied,
           count(*) AS lines, min(payment_entered) AS first_posted, max(payment_entered) AS last_posted, 1 AS charge
    FROM reporting.quadrant_performance_rows
    WHERE charge_id IS NOT NULL
    GROUP BY client_id, customer_account, charge_id
    UNION ALL
    -- Unapplied money, and reports that were saved without charge ids.
    SELECT client_id, as_of, practice_name, facility_name, charge_primary_payer_name, rendering_provider_name,
           charge_amount, payment_total_paid, payment_total_applied, 1, payment_entered, payment_entered,
           CASE WHEN charge_amount IS NULL THEN 0 ELSE 1 END
    FROM reporting.quadrant_performance_rows
    WHERE charge_id IS NULL
), members AS (
    SELECT client_id, max(as_of) AS as_of,
           CASE WHEN grouping(practice) = 0 THEN 'practice' WHEN grouping(facility) = 0 THEN 'facility'
                WHEN grouping(payer) = 0 THEN 'payer' ELSE 'provider' END AS dimension,
           CASE WHEN grouping(practice) = 0 THEN practice WHEN grouping(facility) = 0 THEN facility
                WHEN grouping(payer) = 0 THEN payer ELSE provider END AS member,
           sum(charge) AS charge_count, sum(lines) AS payment_count, coalesce(sum(charged), 0) AS charged,
           coalesce(sum(paid), 0) AS paid, coalesce(sum(applied), 0) AS applied,
           min(first_posted) AS first_posted, max(last_posted) AS last_posted
    FROM charges
    GROUP BY GROUPING SETS ((client_id, practice), (client_id, facility), (client_id, payer), (client_id, provider))
), yields AS (
    SELECT m.*, CASE WHEN charged > 0 THEN paid / charged END AS yield,
           bool_or(member IS NOT NULL) OVER (PARTITION BY client_id, dimension) AS reported
    FROM members m
), ranked AS (
    SELECT y.*,
           count(yield) OVER dimension_of AS members,
           row_number() OVER (PARTITION BY client_id, dimension, yield IS NULL ORDER BY charged) AS volume_place,
           row_number() OVER (PARTITION BY client_id, dimension, yield IS NULL ORDER BY yield) AS yield_place
    FROM yields y
    WHERE reported
    WINDOW dimension_of AS (PARTITION BY client_id, dimension)
), split AS (
    SELECT k.*,
           avg(charged) FILTER (WHERE yield IS NOT NULL AND volume_place IN ((members + 1) / 2, (members + 2) / 2))
               OVER (PARTITION BY client_id, dimension) AS median_charged,
           avg(yield) FILTER (WHERE yield_place IN ((members + 1) / 2, (members + 2) / 2))
               OVER (PARTITION BY client_id, dimension) AS median_yield
    FROM ranked k
)
SELECT client_id, as_of, dimension, member,
       charge_count::bigint AS charge_count,
       payment_count::bigint AS payment_count,
       charged::numeric(18,2) AS charge_amount,
       paid::numeric(18,2) AS paid_amount,
       applied::numeric(18,2) AS applied_amount,
       yield::numeric(14,4) AS yield_rate,
       median_charged::numeric(18,2) AS median_charge_amount,
       median_yield::numeric(14,4) AS median_yield,
       CASE WHEN yield IS NULL THEN NULL
            WHEN charged >= median_charged AND yield >= median_yield THEN 1
            WHEN charged >= median_charged THEN 2
            WHEN yield >= median_yield THEN 3
            ELSE 4 END AS quadrant_number,
       CASE WHEN yield IS NULL THEN 'no charges'
            WHEN charged >= median_charged AND yield >= median_yield THEN 'high volume, high yield'
            WHEN charged >= median_charged THEN 'high volume, low yield'
            WHEN yield >= median_yield THEN 'low volume, high yield'
            ELSE 'low volume, low yield' END AS quadrant,
       first_posted, last_posted
FROM split;
GRANT SELECT ON reporting.quadrant_performance_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.quadrant_performance_view.dimension IS 'practice, facility, payer or provider';
COMMENT ON COLUMN reporting.quadrant_performance_view.member IS
    'its name; empty for lines without one (of payers: patients who have none)';
COMMENT ON COLUMN reporting.quadrant_performance_view.charge_count IS 'charges with at least one payment line';
COMMENT ON COLUMN reporting.quadrant_performance_view.payment_count IS 'payment lines';
COMMENT ON COLUMN reporting.quadrant_performance_view.charge_amount IS 'volume: gross charges, each once';
COMMENT ON COLUMN reporting.quadrant_performance_view.paid_amount IS 'paid, refunds and reversals taken off';
COMMENT ON COLUMN reporting.quadrant_performance_view.applied_amount IS 'the part of it that stands on charges';
COMMENT ON COLUMN reporting.quadrant_performance_view.yield_rate IS 'paid ÷ charged; empty where nothing was charged';
COMMENT ON COLUMN reporting.quadrant_performance_view.median_charge_amount IS 'where volume is split';
COMMENT ON COLUMN reporting.quadrant_performance_view.median_yield IS 'where yield is split';
COMMENT ON COLUMN reporting.quadrant_performance_view.quadrant_number IS 'order of quadrant, 1 to 4';
COMMENT ON COLUMN reporting.quadrant_performance_view.quadrant IS 'volume and yield, each high or low';
COMMENT ON COLUMN reporting.quadrant_performance_view.first_posted IS 'first payment counted';
COMMENT ON COLUMN reporting.quadrant_performance_view.last_posted IS 'last payment counted';
