-- Purpose: every report that was asked for, for SQL that knows the table account_reports of earlier installations.
-- Grain: request.
-- Date basis: moments of the request in UTC; as_of is the day that the report shows. status is 1 while the report has
-- an identifier and is still to be loaded (state building or ready), 0 otherwise.
CREATE OR REPLACE VIEW reporting.account_reports WITH (security_invoker = true) AS
SELECT a.client_id, a.id, a.customer_account, a.report_name, a.identifier,
       CASE WHEN a.identifier IS NOT NULL AND a.state IN ('building', 'ready') THEN 1 ELSE 0 END AS status,
       a.state, a.as_of, a.requested_at, a.asked_at, a.ready_at, a.loaded_at, a.package_id, a.attempts, a.error
FROM warehouse.account_reports a;
GRANT SELECT ON reporting.account_reports TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.account_reports.id IS 'number of the request';
COMMENT ON COLUMN reporting.account_reports.report_name IS 'name of the report in the catalog';
COMMENT ON COLUMN reporting.account_reports.identifier IS 'the vendor''s number of the report';
COMMENT ON COLUMN reporting.account_reports.status IS '1: has an identifier and is still to be loaded; 0: otherwise';
COMMENT ON COLUMN reporting.account_reports.state IS
    'waiting, asking, building, ready, loaded, held, failed or cancelled';
COMMENT ON COLUMN reporting.account_reports.requested_at IS 'when it was wanted (UTC)';
COMMENT ON COLUMN reporting.account_reports.asked_at IS 'when the vendor was asked (UTC)';
COMMENT ON COLUMN reporting.account_reports.ready_at IS 'when it was fetched (UTC)';
COMMENT ON COLUMN reporting.account_reports.loaded_at IS 'when it was loaded (UTC)';
COMMENT ON COLUMN reporting.account_reports.attempts IS 'how often the vendor was asked for it';
COMMENT ON COLUMN reporting.account_reports.error IS 'why it failed, in a sentence';
