-- Purpose: the rows of the report rcm_productivity that count, of every account, as they came.
-- Grain: user × claim.
-- Date basis: knowledge of reporting.as_of(); a package replaces by: last_note_date_max.
CREATE OR REPLACE VIEW reporting.rcm_productivity_rows WITH (security_invoker = true) AS
SELECT r.client_id, r.customer_account, r.package_id, s.as_of, r.extras,
       r.created_by_user, r.practice_name, r.office_name, r.note_count_cntunq, r.claim_id,
       r.claim_first_billed_date, r.claim_last_billed_date, r.last_note_date_max, r.claim_from_date,
       r.claim_to_date, r.claim_status
FROM warehouse.shown_packages s
JOIN warehouse.rcm_productivity r ON r.client_id = s.client_id AND r.package_id = s.package_id
WHERE s.report_name = 'rcm_productivity' AND s.known @> reporting.as_of()
  AND (s.days IS NULL OR r.last_note_date_max <@ s.days OR (r.last_note_date_max IS NULL AND s.undated));
GRANT SELECT ON reporting.rcm_productivity_rows TO daysheet_app, daysheet_reader;
