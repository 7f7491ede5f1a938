-- name: lock_connection^
-- Who asks for a client's reports goes one after the other, until the end of the transaction.
SELECT id FROM ops.connections WHERE client_id = :client_id AND vendor = :vendor FOR NO KEY UPDATE;

-- name: settings
-- How the reports of clients in scope are called at the vendor; of one client, or of all.
SELECT client_id, report_name, report_seq, filter_seq, labels, enabled, scheduled_from, version, updated_at, updated_by
FROM warehouse.report_settings
WHERE :client_id::bigint IS NULL OR client_id = :client_id
ORDER BY client_id, report_name;

-- name: add_setting^
-- A client's first setting of a report; nothing where there is one.
INSERT INTO warehouse.report_settings (client_id, report_name, report_seq, filter_seq, labels, enabled, updated_by)
VALUES (:client_id, :report, :report_seq, :filter_seq, :labels, :enabled, :who)
ON CONFLICT (client_id, report_name) DO NOTHING
RETURNING *;

-- name: change_setting^
-- Change the version of a setting that was seen; nothing where somebody was faster.
UPDATE warehouse.report_settings
SET report_seq = :report_seq, filter_seq = :filter_seq, labels = :labels, enabled = :enabled,
    scheduled_from = CASE WHEN :enabled AND NOT enabled THEN now() ELSE scheduled_from END, version = version + 1,
    updated_at = now(), updated_by = :who
WHERE client_id = :client_id AND report_name = :report AND version = :version
RETURNING *;

-- name: add_request<!
-- A request that waits in the queue of its login; nothing where its scheduled time was taken by another.
INSERT INTO warehouse.account_reports (client_id, login, customer_account, report_name, state, as_of, report_seq,
    filter_seq, forced, run_id, requested_by, scheduled_for)
VALUES (:client_id, :login, :account, :report, 'waiting', :as_of, :report_seq, :filter_seq, :forced, :run_id, :who,
    :scheduled_for)
ON CONFLICT (client_id, customer_account, report_name, scheduled_for) DO NOTHING
RETURNING id;

-- name: request^
-- One request.
SELECT * FROM warehouse.account_reports WHERE id = :request_id;

-- name: open_requests
-- What is still to be done for a client, the oldest first; alive: a run has it that is at work or waits for it.
SELECT a.*, coalesce(r.state = 'queued' OR (r.state = 'running'
       AND r.heartbeat_at >= now() - make_interval(secs => :silence)), false) AS alive
FROM warehouse.account_reports a LEFT JOIN ops.runs r ON r.id = a.run_id
WHERE a.client_id = :client_id AND a.state IN ('waiting', 'asking', 'building', 'ready')
ORDER BY a.id
FOR UPDATE OF a;

-- name: loaded_since
-- Reports that came in since then for a day, held ones too.
SELECT DISTINCT report_name, customer_account FROM warehouse.account_reports
WHERE client_id = :client_id AND as_of = :as_of AND state IN ('loaded', 'held') AND loaded_at >= :since;

-- name: take_up!
-- Give requests that an ended run has left to another run.
UPDATE warehouse.account_reports SET run_id = :run_id WHERE client_id = :client_id AND id = ANY (:request_ids);

-- name: give_up!
-- Close requests that nobody will go on with, and say why.
UPDATE warehouse.account_reports SET state = 'cancelled', error = :error
WHERE client_id = :client_id AND id = ANY (:request_ids)
  AND state IN ('waiting', 'asking', 'building', 'ready');

-- name: open_of_run
-- What a run still has to do; what the vendor is building, or may be, first.
SELECT * FROM warehouse.account_reports
WHERE client_id = :client_id AND run_id = :run_id AND state IN ('waiting', 'asking', 'building', 'ready')
ORDER BY state = 'ready' DESC, state = 'building' DESC, state = 'asking' DESC, id;

-- name: begin_asking^
-- The request is about to go out: from here on the vendor may be building it.
UPDATE warehouse.account_reports
SET state = 'asking', asked_at = now(), login = :login, as_of = :as_of, identifier = NULL, attempts = attempts + 1
WHERE client_id = :client_id AND id = :request_id AND run_id = :run_id AND state IN ('waiting', 'asking')
RETURNING *;

-- name: not_begun^
-- The vendor has certainly not begun it: it was busy, or nothing reached it.
UPDATE warehouse.account_reports SET state = 'waiting', attempts = attempts - 1
WHERE client_id = :client_id AND id = :request_id AND state = 'asking'
RETURNING *;

-- name: begun^
-- The vendor has named its identifier.
UPDATE warehouse.account_reports SET state = 'building', identifier = :identifier, error = NULL
WHERE client_id = :client_id AND id = :request_id AND state = 'asking'
RETURNING *;

-- name: ask_again^
-- It came to nothing and is asked for anew; error says what happened.
UPDATE warehouse.account_reports SET state = 'waiting', error = :error
WHERE client_id = :client_id AND id = :request_id AND state IN ('asking', 'building')
RETURNING *;

-- name: arrived^
-- It is here: sealed in raw_path, or without records.
UPDATE warehouse.account_reports
SET state = 'ready', ready_at = now(), raw_path = :raw_path, raw_sha256 = :raw_sha256, raw_bytes = :raw_bytes,
    error = NULL
WHERE client_id = :client_id AND id = :request_id AND state = 'building'
RETURNING *;

-- name: note_trouble^
-- Why an open request is not further, for people.
UPDATE warehouse.account_reports SET error = :error
WHERE client_id = :client_id AND id = :request_id AND state IN ('waiting', 'asking', 'building', 'ready')
RETURNING *;

-- name: fail^
-- It will not come; error says why, in the vendor's words where it gave some.
UPDATE warehouse.account_reports SET state = 'failed', error = :error
WHERE client_id = :client_id AND id = :request_id AND state IN ('waiting', 'asking', 'building', 'ready')
RETURNING *;

-- name: fail_queue!
-- Stop the queue of a login: what was not begun fails, what is building stays.
UPDATE warehouse.account_reports SET state = 'failed', error = :error
WHERE client_id = :client_id AND login = :login AND state IN ('waiting', 'asking');

-- name: cancel_queue!
-- A run was cancelled, or has failed: what it has not begun is closed, what is building stays.
UPDATE warehouse.account_reports SET state = :state, error = :error
WHERE client_id = :client_id AND run_id = :run_id AND state IN ('waiting', 'asking');

-- name: close_left
-- Close what ended runs have never begun: their run was cancelled before it came to them, or broke down.
UPDATE warehouse.account_reports a SET state = 'cancelled', error = :error
FROM ops.runs r
WHERE r.id = a.run_id AND r.state NOT IN ('queued', 'running') AND a.state IN ('waiting', 'asking')
RETURNING a.id;

-- name: outcomes
-- What became of the requests of a run, with the packages that were made of them.
SELECT a.id, a.report_name, a.customer_account, a.as_of, a.state, a.error, a.attempts, p.id AS package_id,
       p.state AS package_state, p.rows_loaded, p.findings
FROM warehouse.account_reports a
LEFT JOIN warehouse.packages p ON p.client_id = a.client_id AND p.id = a.package_id
WHERE a.client_id = :client_id AND a.run_id = :run_id
ORDER BY a.id;

-- name: latest_loads
-- By cell: what readers see now that was loaded last.
SELECT DISTINCT ON (p.client_id, p.report_name, p.customer_account)
       p.client_id, p.report_name, p.customer_account, p.id, p.as_of, p.published_at, p.rows_loaded
FROM warehouse.packages p
WHERE p.state = 'published' AND (:clients::bigint[] IS NULL OR p.client_id = ANY (:clients))
ORDER BY p.client_id, p.report_name, p.customer_account, p.as_of DESC, p.id DESC;

-- name: held_packages
-- By cell: the newest package that waits for a person.
SELECT DISTINCT ON (client_id, report_name, customer_account) client_id, report_name, customer_account, id
FROM warehouse.packages
WHERE state = 'held' AND (:clients::bigint[] IS NULL OR client_id = ANY (:clients))
ORDER BY client_id, report_name, customer_account, id DESC;

-- name: latest_requests
-- By cell: the newest request; run_open: its run is at work or waits for a worker.
SELECT DISTINCT ON (a.client_id, a.report_name, a.customer_account)
       a.*, coalesce(r.state IN ('queued', 'running'), false) AS run_open
FROM warehouse.account_reports a LEFT JOIN ops.runs r ON r.id = a.run_id
WHERE :clients::bigint[] IS NULL OR a.client_id = ANY (:clients)
ORDER BY a.client_id, a.report_name, a.customer_account, a.id DESC;

-- name: scheduled_cells
-- Which scheduled times of a client's cells have had their request.
SELECT report_name, customer_account, max(scheduled_for) AS scheduled_for
FROM warehouse.account_reports
WHERE client_id = :client_id AND scheduled_for IS NOT NULL
GROUP BY report_name, customer_account;

-- name: asked_cells
-- By cell: the latest day that was asked for and has not come to nothing.
SELECT report_name, customer_account, max(as_of) AS as_of
FROM warehouse.account_reports
WHERE client_id = :client_id AND state NOT IN ('failed', 'cancelled')
GROUP BY report_name, customer_account;
