-- name: lock_request!
-- One load of a request at a time; until the transaction ends.
SELECT pg_advisory_xact_lock(:space, hashint8(:request_id));

-- name: lock_cell!
-- One change of what a cell shows at a time; until the transaction ends.
SELECT pg_advisory_xact_lock(:space, hashtext(:key));

-- name: request_to_load^
-- What a load has to know of its request, as it stands now.
SELECT state, as_of, identifier, run_id, package_id, raw_path, raw_sha256, raw_bytes FROM warehouse.account_reports
WHERE client_id = :client_id AND id = :request_id;

-- name: take_package$
-- The package that an earlier attempt at this request began, taken over; null where there is none.
UPDATE warehouse.packages SET began_at = clock_timestamp()
WHERE client_id = :client_id AND report_name = :report AND customer_account = :account
  AND request_id = :request_id AND state = 'loading'
RETURNING id;

-- name: begin_package<!
-- A package that is being loaded for a request.
INSERT INTO warehouse.packages (client_id, customer_account, report_name, state, as_of, request_id, identifier, run_id,
                                began_at, raw_path, raw_sha256, raw_bytes)
SELECT client_id, customer_account, report_name, 'loading', as_of, id, identifier, run_id, clock_timestamp(),
       raw_path, raw_sha256, raw_bytes
FROM warehouse.account_reports WHERE client_id = :client_id AND id = :request_id
RETURNING id;

-- name: end_load!
-- loading → held, published or failed, with all that was found.
UPDATE warehouse.packages
SET state = :state, loaded_at = clock_timestamp(),
    published_at = CASE WHEN :state = 'published' THEN clock_timestamp() END,
    seconds = extract(epoch FROM clock_timestamp() - began_at), labels = :labels, rows_read = :rows_read,
    rows_loaded = :rows_loaded, rows_rejected = :rows_rejected, rows_padded = :rows_padded, totals = :totals,
    differences = :differences, findings = :findings, undated = :undated,
    days = CASE WHEN :first_day::date IS NOT NULL THEN daterange(:first_day, :last_day, '[]') END
WHERE client_id = :client_id AND id = :package_id;

-- name: end_request!
-- ready → loaded, held or failed; held → loaded or failed, once a person has decided.
UPDATE warehouse.account_reports
SET state = :state, package_id = :package_id, error = :error,
    loaded_at = CASE WHEN :state <> 'failed' THEN coalesce(loaded_at, clock_timestamp()) END
WHERE client_id = :client_id AND id = :request_id AND state IN ('ready', 'held');

-- name: put_rejects!
-- Rows of a package that could not be loaded, in the order they were found.
INSERT INTO warehouse.package_rejects (client_id, package_id, number, file, row_number, reason, row_text)
SELECT :client_id, :package_id, r.number, r.file, r.row_number, r.reason, r.row_text
FROM unnest(:numbers::integer[], :files::integer[], :row_numbers::bigint[], :reasons::text[], :texts::text[])
     AS r (number, file, row_number, reason, row_text);

-- name: rejects
-- Rejected rows of a package from the :skip-th on.
SELECT file, row_number, reason, row_text FROM warehouse.package_rejects
WHERE client_id = :client_id AND package_id = :package_id ORDER BY number OFFSET :skip LIMIT :most;

-- name: earlier_packages
-- The last packages of a cell that were published, not of a later day than :as_of; newest first.
SELECT id, rows_loaded, labels FROM warehouse.packages
WHERE client_id = :client_id AND report_name = :report AND customer_account = :account
  AND published_at IS NOT NULL AND as_of <= :as_of
ORDER BY as_of DESC, id DESC LIMIT :most;

-- name: savepoint_before_rows#
-- Where a load that fails goes back to, without letting go of its request.
SAVEPOINT before_rows;

-- name: back_before_rows#
-- Nothing of the rows stays.
ROLLBACK TO SAVEPOINT before_rows;

-- name: give_sorting_room#
-- Memory of the database for grouping keys, in this transaction only.
SET LOCAL work_mem = '64MB';

-- name: staged_sums^
-- Rows of a package in its typed table, the sums of its money columns, and the range of its window date.
-- {table}, {sums} and {window} are put in by lib/reports/loading/typed_tables.py.
SELECT count(*) AS rows, {window} {sums} FROM {table} WHERE client_id = %(client_id)s AND package_id = %(package_id)s;

-- name: repeated_keys$
-- How many keys come more than once in a package.
SELECT count(*) FROM (SELECT FROM {table} WHERE client_id = %(client_id)s AND package_id = %(package_id)s
                      GROUP BY {keys} HAVING count(*) > 1) AS repeated;

-- name: delete_rows!
-- Some of the rows of a package; a client's rows stand in one partition, so their places are unlike.
DELETE FROM {table} WHERE client_id = %(client_id)s AND package_id = %(package_id)s AND ctid = ANY (ARRAY(
    SELECT ctid FROM {table} WHERE client_id = %(client_id)s AND package_id = %(package_id)s LIMIT %(most)s));

-- name: published_packages
-- What the timeline of a cell is worked out from.
SELECT id, as_of, lower(days) AS first_day, upper(days) - 1 AS last_day FROM warehouse.packages
WHERE client_id = :client_id AND report_name = :report AND customer_account = :account AND state = 'published';

-- name: forget_shown!
-- Before a cell's timeline is written anew.
DELETE FROM warehouse.shown_packages
WHERE client_id = :client_id AND report_name = :report AND customer_account = :account;

-- name: put_shown!
-- The timeline of a cell; days as the text of a multirange.
INSERT INTO warehouse.shown_packages (client_id, report_name, customer_account, package_id, as_of, known, days, undated)
SELECT :client_id, :report, :account, s.package_id, s.as_of, daterange(s.known_from, s.known_until),
       s.days::datemultirange, s.undated
FROM unnest(:package_ids::bigint[], :as_ofs::date[], :known_froms::date[], :known_untils::date[], :days::text[],
            :undated::boolean[]) AS s (package_id, as_of, known_from, known_until, days, undated);

-- name: list_packages
-- Packages in scope, newest first.
SELECT p.*, lower(p.days) AS first_day, upper(p.days) - 1 AS last_day,
       EXISTS (SELECT FROM warehouse.shown_packages s WHERE s.client_id = p.client_id AND s.package_id = p.id
               AND s.report_name = p.report_name AND s.customer_account = p.customer_account
               AND s.known @> 'infinity'::date) AS shown
FROM warehouse.packages p
WHERE (:client_id::bigint IS NULL OR p.client_id = :client_id) AND (:report::text IS NULL OR p.report_name = :report)
  AND (:cells::text[] IS NULL OR concat_ws('/', p.client_id, p.report_name, p.customer_account) = ANY (:cells))
  AND (:state::text IS NULL OR p.state = :state)
ORDER BY p.id DESC LIMIT :most;

-- name: get_package^
-- One package, if it is in scope.
SELECT p.*, lower(p.days) AS first_day, upper(p.days) - 1 AS last_day,
       EXISTS (SELECT FROM warehouse.shown_packages s WHERE s.client_id = p.client_id AND s.package_id = p.id
               AND s.report_name = p.report_name AND s.customer_account = p.customer_account
               AND s.known @> 'infinity'::date) AS shown
FROM warehouse.packages p WHERE p.id = :package_id;

-- name: package_known_on$
-- The last published package of a cell that is not of a later day.
SELECT id FROM warehouse.packages
WHERE client_id = :client_id AND report_name = :report AND customer_account = :account AND state = 'published'
  AND as_of <= :day
ORDER BY as_of DESC, id DESC LIMIT 1;

-- name: decide_package!
-- held → published or discarded, by a person with a reason.
UPDATE warehouse.packages
SET state = :state, decided_by = :decided_by, decided_at = clock_timestamp(), reason = :reason,
    published_at = CASE WHEN :state = 'published' THEN clock_timestamp() END
WHERE client_id = :client_id AND id = :package_id;

-- name: delete_rejects!
-- The rejected rows of a package.
DELETE FROM warehouse.package_rejects WHERE client_id = :client_id AND package_id = :package_id;

-- name: cells_with_packages
-- The cells in scope that have packages, each with the day of its first one.
SELECT client_id, report_name, customer_account, min(as_of) AS first_as_of FROM warehouse.packages
WHERE state = 'published' GROUP BY client_id, report_name, customer_account
ORDER BY client_id, report_name, customer_account;

-- name: expire_package$
-- published or held, as it was found, → expired; its rows go next. Nothing where it is no longer in that state.
UPDATE warehouse.packages SET state = 'expired'
WHERE client_id = :client_id AND id = :package_id AND state = :state RETURNING id;

-- name: give_up_loading!
-- loading → failed for packages that were begun before :before and whose request nobody can load any more.
UPDATE warehouse.packages p
SET state = 'failed', loaded_at = clock_timestamp(), findings = '["It was never loaded to its end."]'
WHERE p.state = 'loading' AND p.began_at < :before
  AND NOT EXISTS (SELECT FROM warehouse.account_reports r
                  WHERE r.client_id = p.client_id AND r.id = p.request_id AND r.state = 'ready');

-- name: held_since
-- Packages that nobody has decided about since :before.
SELECT id, client_id, report_name, customer_account, request_id FROM warehouse.packages
WHERE state = 'held' AND loaded_at < :before ORDER BY id;

-- name: packages_to_empty
-- Packages whose rows and raw file are no longer wanted: expired ones at once, failed and discarded ones by :before.
SELECT id, client_id, report_name, customer_account, raw_path FROM warehouse.packages
WHERE raw_path IS NOT NULL
  AND (state = 'expired' OR (state IN ('failed', 'discarded') AND loaded_at < :before)) ORDER BY id;

-- name: files_without_package
-- Files of requests that were closed before anything was made of them.
SELECT a.id, a.client_id, a.raw_path FROM warehouse.account_reports a
WHERE a.raw_path IS NOT NULL AND a.state IN ('failed', 'cancelled') AND a.ready_at < :before
  AND NOT EXISTS (SELECT FROM warehouse.packages p WHERE p.client_id = a.client_id AND p.request_id = a.id)
ORDER BY a.id;

-- name: forget_request_file!
-- The file of a closed request is deleted.
UPDATE warehouse.account_reports SET raw_path = NULL WHERE client_id = :client_id AND id = :request_id;

-- name: forget_raw_file!
-- The raw file of a package is deleted, after its rows: nothing is left to clean up.
UPDATE warehouse.packages SET raw_path = NULL WHERE client_id = :client_id AND id = :package_id;
