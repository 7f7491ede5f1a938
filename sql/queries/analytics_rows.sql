-- name: page
-- Purpose: a page of a view's rows in an order that leaves nothing open, from a row on.
-- Grain: row of the view.
-- {keys} are texts that tell most rows apart; rows that share them are told apart by how many were passed (skip).
SELECT {columns}, {keys}
FROM reporting.{view}
WHERE ({conditions}) AND ({beyond})
ORDER BY {order}
LIMIT :most OFFSET :skip;
