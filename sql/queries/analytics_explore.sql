-- name: values
-- Purpose: the values of a column, the most frequent first, and no more than can be chosen from.
-- Grain: value.
SELECT {column} AS value, count(*) AS row_count
FROM reporting.{view}
WHERE {conditions}
GROUP BY {column}
ORDER BY count(*) DESC, {column} NULLS LAST
LIMIT :most;

-- name: add_up
-- Purpose: how many rows there are, and what some columns of theirs add up to.
-- Grain: one row.
SELECT count(*) AS row_count{sums}
FROM reporting.{view}
WHERE {conditions};

-- name: count_groups
-- Purpose: how many groups there are.
-- Grain: one row.
SELECT count(*) AS group_count
FROM (SELECT count(*) AS row_count FROM reporting.{view} WHERE {conditions} GROUP BY {groups}) AS grouped;

-- name: groups
-- Purpose: rows that have the values of some columns in common, how many they are and what they add up to.
-- Grain: group, which is a set of values of the columns {groups}.
SELECT {groups}, count(*) AS row_count{sums}
FROM reporting.{view}
WHERE {conditions}
GROUP BY {groups}
ORDER BY {order};

-- name: page_of_groups
-- Purpose: the same, a page of them.
-- Grain: group, which is a set of values of the columns {groups}.
SELECT {groups}, count(*) AS row_count{sums}
FROM reporting.{view}
WHERE {conditions}
GROUP BY {groups}
ORDER BY {order}
LIMIT :most OFFSET :skip;
