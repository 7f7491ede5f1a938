-- name: reach
-- Purpose: the keys of the first row beyond a page, which is how far the page reaches; no row: the page is the last.
-- Grain: one row.
-- {keys} are texts that tell most rows apart; of rows that share them, `skip` counts those that were passed.
SELECT {keys}
FROM reporting.{view}
WHERE ({conditions}) AND ({beyond})
ORDER BY {keys}
LIMIT 1 OFFSET :skip;

-- name: page
-- Purpose: a page of a view's rows in an order that leaves nothing open.
-- Grain: row of the view.
SELECT {columns}, {keys}
FROM reporting.{view}
WHERE ({conditions}) AND ({beyond}) AND ({reach})
ORDER BY {order}
LIMIT :most OFFSET :skip;
