-- name: freshness
-- Purpose: of which day the rows of some reports are, by client, and whether something newer waits or failed.
-- Grain: client × report.
SELECT client_id, report_name, min(newest_as_of) AS oldest_day, max(newest_as_of) AS newest_day,
       max(last_published_at) AS last_published_at, sum(held_packages) AS held_packages,
       bool_or(has_failed) AS has_failed, bool_or(is_under_way) AS is_under_way
FROM reporting.load_freshness_view
WHERE report_name = ANY(:reports)
GROUP BY client_id, report_name
ORDER BY client_id, report_name;
