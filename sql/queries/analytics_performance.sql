-- name: quadrant_members
-- Purpose: what was charged and paid by a dimension ({member}); a charge counts once however many payments it has.
-- Grain: client × member. As quadrant_performance_view, within the filters.
SELECT client_id, member,
       sum(charge) AS charge_count,
       coalesce(sum(charged), 0) AS charged,
       coalesce(sum(paid), 0) AS paid
FROM (
    SELECT client_id, max({member}) AS member, 1 AS charge, max(charge_amount) AS charged,
           sum(payment_total_paid) AS paid
    FROM reporting.{view}
    WHERE {conditions} AND charge_id IS NOT NULL
    GROUP BY client_id, customer_account, charge_id
    UNION ALL
    SELECT client_id, {member}, CASE WHEN charge_amount IS NULL THEN 0 ELSE 1 END, charge_amount, payment_total_paid
    FROM reporting.{view}
    WHERE {conditions} AND charge_id IS NULL
) AS charges
GROUP BY client_id, member
ORDER BY client_id, member NULLS LAST;
