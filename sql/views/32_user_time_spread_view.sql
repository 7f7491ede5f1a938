-- Purpose: on which tasks staff spend their time.
-- Grain: user × task × day.
-- Date basis: day of the work (its package replaces by it). The vendor's columns are not public; these are our reading.
CREATE OR REPLACE VIEW reporting.user_time_spread_view WITH (security_invoker = true) AS
SELECT r.client_id, r.customer_account, r.package_id, r.as_of,
       r.user_name, r.task_name, r.work_date, r.client_name, r.minutes_spent,
       (r.minutes_spent / 60)::numeric(18,4) AS hours_spent,
       reporting.week_of(r.work_date) AS work_week,
       reporting.month_of(r.work_date) AS work_month,
       reporting.quarter_of(r.work_date) AS work_quarter,
       reporting.year_of(r.work_date) AS work_year
FROM reporting.user_time_spread_rows r;
GRANT SELECT ON reporting.user_time_spread_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.user_time_spread_view.hours_spent IS 'minutes ÷ 60';
COMMENT ON COLUMN reporting.user_time_spread_view.work_week IS 'Monday of the work';
COMMENT ON COLUMN reporting.user_time_spread_view.work_month IS 'first day of the month of the work';
COMMENT ON COLUMN reporting.user_time_spread_view.work_quarter IS 'first day of the quarter of the work';
COMMENT ON COLUMN reporting.user_time_spread_view.work_year IS 'year of the work';
