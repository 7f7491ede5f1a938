-- Purpose: the rows of the report user_time_spread that count, of every account, as they came.
-- Grain: user × task × day.
-- Date basis: knowledge of reporting.as_of(); a package replaces by: work_date.
CREATE OR REPLACE VIEW reporting.user_time_spread_rows WITH (security_invoker = true) AS
SELECT r.client_id, r.customer_account, r.package_id, s.as_of, r.extras,
       r.user_name, r.task_name, r.minutes_spent, r.work_date, r.client_name
FROM warehouse.shown_packages s
JOIN warehouse.user_time_spread r ON r.client_id = s.client_id AND r.package_id = s.package_id
WHERE s.report_name = 'user_time_spread' AND s.known @> reporting.as_of()
  AND (s.days IS NULL OR r.work_date <@ s.days OR (r.work_date IS NULL AND s.undated));
GRANT SELECT ON reporting.user_time_spread_rows TO daysheet_app, daysheet_reader;
