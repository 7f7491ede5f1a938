-- name: sums
-- Purpose: how many rows stand behind each mark of a figure, and what they add up to.
-- Grain: mark, which is a set of values of the columns {groups}.
SELECT {groups}, count(*) AS row_count, coalesce(sum({measure}), 0) AS amount
FROM reporting.{view}
WHERE {conditions}
GROUP BY {groups}
ORDER BY {groups};

-- name: newest_day
-- Purpose: the newest day that the rows show.
-- Grain: one row.
SELECT max(as_of) AS newest FROM reporting.{view} WHERE {conditions};

-- name: values
-- Purpose: the values of a column that can be filtered by, the most frequent first.
-- Grain: value.
SELECT {column} AS value, count(*) AS row_count
FROM reporting.{view}
WHERE {conditions}
GROUP BY {column}
ORDER BY count(*) DESC, {column} NULLS LAST;

-- name: rows
-- Purpose: the rows behind a mark, a page of them.
-- Grain: row of the view.
SELECT {columns}
FROM reporting.{view}
WHERE {conditions}
ORDER BY {order}
LIMIT :most OFFSET :skip;

-- name: whole
-- Purpose: all rows behind a mark, for an export.
-- Grain: row of the view.
SELECT {columns}
FROM reporting.{view}
WHERE {conditions}
ORDER BY {order};

-- name: columns
-- Purpose: the columns of a view, as they come.
-- Grain: none; there is no row.
SELECT * FROM reporting.{view} LIMIT 0;

-- name: add_up
-- Purpose: rows behind a mark and the sum of each amount in them.
-- Grain: one row.
SELECT count(*) AS row_count, {sums}
FROM reporting.{view}
WHERE {conditions};

-- name: days_known
-- Purpose: the days of knowledge that a view shows; clients may be loaded on different days.
-- Grain: one row.
SELECT min(as_of) AS oldest, max(as_of) AS newest FROM reporting.{view};
