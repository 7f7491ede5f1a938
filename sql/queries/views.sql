-- name: views
-- The views of schema reporting, by name.
SELECT c.relname AS name FROM pg_class c
WHERE c.relnamespace = 'reporting'::regnamespace AND c.relkind = 'v' ORDER BY c.relname;

-- name: columns
-- The columns of a view of schema reporting in their order: name, type, and what is said about them.
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, col_description(c.oid, a.attnum) AS said
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'reporting'::regnamespace AND c.relkind = 'v' AND c.relname = :view
ORDER BY a.attnum;

-- name: know_as_of$
-- Read every view as it was known on a day, until the transaction ends.
SELECT set_config('daysheet.as_of', :day, true);
