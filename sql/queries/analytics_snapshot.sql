-- name: shown_at
-- Which packages, and which of their days, the reports showed on each of some days of knowledge (NULL: the latest).
SELECT d.day, s.report_name, s.package_id, s.days::text AS days, s.undated
FROM unnest(:days::date[]) AS d(day)
JOIN warehouse.shown_packages s ON s.known @> coalesce(d.day, 'infinity'::date)
WHERE s.client_id = :client_id
ORDER BY s.report_name, s.package_id;

-- name: first_day$
-- The first day of knowledge of a client; NULL where nothing was published yet.
SELECT min(as_of) FROM warehouse.shown_packages WHERE client_id = :client_id;

-- name: read_as_of$
-- Read every view as it was known on a day (empty: the latest), until the transaction ends.
SELECT set_config('daysheet.as_of', :day, true);

-- name: changed_clients
-- Every client with a number that changes whenever what readers are shown of it does.
SELECT c.id AS client_id,
       coalesce(sum(hashtextextended(s.package_id || ' ' || s.known || ' ' || coalesce(s.days::text, ''), 0)), 0)::text
           AS mark
FROM ops.clients c LEFT JOIN warehouse.shown_packages s ON s.client_id = c.id
GROUP BY c.id ORDER BY c.id;

-- name: version$
-- Changes whenever what the scope shows may have changed.
SELECT coalesce(sum(hashtextextended(package_id || ' ' || known || ' ' || coalesce(days::text, ''), 0)), 0)::text
FROM warehouse.shown_packages;
