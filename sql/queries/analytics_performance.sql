-- name: quadrant_members
-- Purpose: what was charged and paid by a dimension ({member}); a charge counts once however many payments it has.
-- Grain: client × member. As quadrant_performance_view, within the filters. A charge whose lines are alike is counted on
-- one of them ({counts}); only the others have to be grouped. `line_count` and `line_paid` are of the lines that name
-- the member themselves.
SELECT client_id, member,
       sum(charge_count) AS charge_count,
       coalesce(sum(charged), 0) AS charged,
       coalesce(sum(paid), 0) AS paid,
       sum(line_count) AS line_count,
       coalesce(sum(line_paid), 0) AS line_paid
FROM (
    SELECT client_id, {member} AS member, count(*) FILTER (WHERE {counts}) AS charge_count,
           sum(charge_amount) FILTER (WHERE {counts}) AS charged, sum(payment_total_paid) AS paid,
           count(*) AS line_count, sum(payment_total_paid) AS line_paid, 1 AS stands
    FROM reporting.{view}
    WHERE {conditions} AND is_alike
    GROUP BY client_id, {member}
    UNION ALL
    SELECT client_id, max({member}), 1, max(charge_amount), sum(payment_total_paid), 0, NULL, 1
    FROM reporting.{view}
    WHERE {conditions} AND NOT is_alike
    GROUP BY client_id, customer_account, charge_id
    UNION ALL
    SELECT client_id, {member}, 0, NULL, NULL, count(*), sum(payment_total_paid), 0
    FROM reporting.{view}
    WHERE {conditions} AND NOT is_alike
    GROUP BY client_id, {member}
    UNION ALL
    SELECT client_id, {member}, count(charge_amount), sum(charge_amount), sum(payment_total_paid), count(*),
           sum(payment_total_paid), 1
    FROM reporting.{view}
    WHERE {conditions} AND is_alike IS NULL
    GROUP BY client_id, {member}
) AS lines
GROUP BY client_id, member
HAVING sum(stands) > 0
ORDER BY client_id, member NULLS LAST;

-- name: write_off_stand_ins
-- Purpose: adjustments whose amount is taken from another column, as the saved report lacks their own.
-- Grain: one row.
SELECT count(*) AS row_count FROM reporting.{view}
WHERE {conditions} AND adjustment_amount IS NULL AND patient_total_credits IS NOT NULL;
