-- Purpose: which claims each user worked on, and how much.
-- Grain: user × claim.
-- Date basis: the user's latest note on the claim (its package replaces by it).
CREATE OR REPLACE VIEW reporting.rcm_productivity_view WITH (security_invoker = true) AS
SELECT r.client_id, r.customer_account, r.package_id, r.as_of,
       r.created_by_user, r.claim_id, r.practice_name, r.office_name, r.claim_status, r.note_count_cntunq,
       r.last_note_date_max, r.claim_from_date, r.claim_to_date, r.claim_first_billed_date, r.claim_last_billed_date,
       r.claim_last_billed_date > r.claim_first_billed_date AS was_billed_again,
       r.as_of - r.last_note_date_max AS days_since_note,
       reporting.week_of(r.last_note_date_max) AS note_week,
       reporting.month_of(r.last_note_date_max) AS note_month,
       reporting.quarter_of(r.last_note_date_max) AS note_quarter,
       reporting.year_of(r.last_note_date_max) AS note_year
FROM reporting.rcm_productivity_rows r;
GRANT SELECT ON reporting.rcm_productivity_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.rcm_productivity_view.was_billed_again IS 'the latest bill is later than the first';
COMMENT ON COLUMN reporting.rcm_productivity_view.days_since_note IS 'as-of − latest note';
COMMENT ON COLUMN reporting.rcm_productivity_view.note_week IS 'Monday of the latest note';
COMMENT ON COLUMN reporting.rcm_productivity_view.note_month IS 'first day of the month of the latest note';
COMMENT ON COLUMN reporting.rcm_productivity_view.note_quarter IS 'first day of the quarter of the latest note';
COMMENT ON COLUMN reporting.rcm_productivity_view.note_year IS 'year of the latest note';
