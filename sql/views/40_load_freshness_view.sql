-- Purpose: how fresh each report is, what it held, and whether something newer waits or failed.
-- Grain: client × account × report that was ever asked for or loaded.
-- Date basis: newest_as_of is the day that the newest rows show, as known on reporting.as_of(); all other columns are
-- the state of now. Ages are left to the reader: the view does not know what day it is.
CREATE OR REPLACE VIEW reporting.load_freshness_view WITH (security_invoker = true) AS
WITH cells AS (
    SELECT client_id, customer_account, report_name FROM warehouse.packages
    UNION
    SELECT client_id, customer_account, report_name FROM warehouse.account_reports
), shown AS (
    SELECT s.client_id, s.customer_account, s.report_name, max(s.as_of) AS newest_as_of,
           count(DISTINCT s.package_id) AS shown_packages,
           (array_agg(s.package_id ORDER BY s.as_of DESC, s.package_id DESC))[1] AS newest_package
    FROM warehouse.shown_packages s
    WHERE s.known @> reporting.as_of()
    GROUP BY s.client_id, s.customer_account, s.report_name
), loads AS (
    SELECT client_id, customer_account, report_name,
           max(loaded_at) FILTER (WHERE state = 'published') AS last_loaded_at,
           max(published_at) FILTER (WHERE state = 'published') AS last_published_at,
           count(*) FILTER (WHERE state = 'held') AS held_packages
    FROM warehouse.packages
    GROUP BY client_id, customer_account, report_name
)
SELECT c.client_id, c.customer_account, c.report_name,
       s.newest_as_of, n.rows_loaded AS newest_rows, n.rows_rejected AS newest_rows_rejected, s.shown_packages,
       l.last_loaded_at, l.last_published_at,
       coalesce(l.held_packages, 0) AS held_packages,
       q.state AS last_request_state, q.requested_at AS last_requested_at,
       coalesce(q.state IN ('waiting', 'asking', 'building', 'ready'), false) AS is_under_way,
       coalesce(q.state = 'failed', false) AS has_failed
FROM cells c
LEFT JOIN shown s USING (client_id, customer_account, report_name)
LEFT JOIN loads l USING (client_id, customer_account, report_name)
LEFT JOIN warehouse.packages n ON n.client_id = c.client_id AND n.id = s.newest_package
LEFT JOIN LATERAL (
    SELECT a.state, a.requested_at
    FROM warehouse.account_reports a
    WHERE a.client_id = c.client_id AND a.report_name = c.report_name AND a.customer_account = c.customer_account
    ORDER BY a.id DESC
    LIMIT 1
) q ON true;
GRANT SELECT ON reporting.load_freshness_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.load_freshness_view.report_name IS 'name of the report in the catalog';
COMMENT ON COLUMN reporting.load_freshness_view.newest_as_of IS 'day that the newest rows show; empty: nothing is shown';
COMMENT ON COLUMN reporting.load_freshness_view.newest_rows IS 'rows of the newest package that is shown';
COMMENT ON COLUMN reporting.load_freshness_view.newest_rows_rejected IS 'rows of it that could not be loaded';
COMMENT ON COLUMN reporting.load_freshness_view.shown_packages IS 'packages that the shown rows come from';
COMMENT ON COLUMN reporting.load_freshness_view.last_loaded_at IS 'when a package was last loaded and published (UTC)';
COMMENT ON COLUMN reporting.load_freshness_view.last_published_at IS 'when a package was last published (UTC)';
COMMENT ON COLUMN reporting.load_freshness_view.held_packages IS 'packages that wait for a person';
COMMENT ON COLUMN reporting.load_freshness_view.last_request_state IS 'where the latest request stands';
COMMENT ON COLUMN reporting.load_freshness_view.last_requested_at IS 'when it was made (UTC)';
COMMENT ON COLUMN reporting.load_freshness_view.is_under_way IS 'the latest request is not finished';
COMMENT ON COLUMN reporting.load_freshness_view.has_failed IS 'the latest request failed';
