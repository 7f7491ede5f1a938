-- name: create_run<!
-- A new run in the state given; returns its id.
INSERT INTO ops.runs (client_id, kind, title, state, params, lane, secret, created_by, queued_at)
VALUES (:client_id, :kind, :title, :state, :params, :lane, :secret, :created_by,
        CASE WHEN :state = 'queued' THEN now() END)
RETURNING id;

-- name: get_run^
-- One run, if it is in scope.
SELECT r.*, coalesce(c.name, 'Whole office') AS client_name
FROM ops.runs r LEFT JOIN ops.clients c ON c.id = r.client_id WHERE r.id = :run_id;

-- name: list_runs
-- Newest first; drafts only for who asks for them. Without those parts of the results that grow with the sheet.
SELECT r.id, r.client_id, coalesce(c.name, 'Whole office') AS client_name, r.kind, r.title, r.state, r.params, r.progress,
       r.result - ARRAY['repeated', 'splittable', 'names', 'warnings'] AS result, r.error, r.note, r.lane, NULL AS secret,
       r.created_by, r.created_at, r.queued_at, r.started_at, r.heartbeat_at, r.finished_at, r.cancel_requested_at,
       r.attempts
FROM ops.runs r LEFT JOIN ops.clients c ON c.id = r.client_id
WHERE (:kind::text IS NULL OR r.kind = :kind)
  AND (:client_id::bigint IS NULL OR r.client_id = :client_id)
  AND (:with_drafts OR r.state NOT IN ('draft', 'expired'))
ORDER BY r.id DESC
LIMIT :most;

-- name: at_work
-- The runs that are worked on or wait for it, by number only.
SELECT id, state FROM ops.runs WHERE state IN ('queued', 'running') ORDER BY id;

-- name: set_params!
-- Replace a run's parameters while nobody works on it.
UPDATE ops.runs SET params = :params WHERE id = :run_id AND state IN ('draft', 'checked', 'cancelled', 'failed', 'finished');

-- name: queue_run!
-- Hand a run to the workers, from any state that may go on.
UPDATE ops.runs
SET state = 'queued', queued_at = now(), finished_at = NULL, cancel_requested_at = NULL, cancel_requested_by = NULL,
    error = NULL, note = NULL, params = params || :changes
WHERE id = :run_id AND state = ANY (:from_states);

-- name: claim_run^
-- Become the executor of a run; the caller holds the run's lock, so nobody else is at it.
UPDATE ops.runs
SET state = 'running', executor = :executor, started_at = coalesce(started_at, now()), heartbeat_at = now(),
    attempts = attempts + 1, note = NULL, error = NULL
WHERE id = :run_id AND state IN ('queued', 'running')
RETURNING cancel_requested_at IS NOT NULL AS cancel;

-- name: note_run!
-- Why a queued run is not being worked on, for the page.
UPDATE ops.runs SET note = :note WHERE id = :run_id AND state = 'queued';

-- name: beat^
-- Tell that the run is alive and how far it is; returns whether somebody asked it to stop.
UPDATE ops.runs SET heartbeat_at = now(), progress = :progress
WHERE id = :run_id AND state = 'running' AND executor = :executor
RETURNING cancel_requested_at IS NOT NULL AS cancel;

-- name: finish_run!
-- Close a run with its result; credentials typed for it are forgotten, unless a write of it is still unknown.
UPDATE ops.runs
SET state = :state, result = coalesce(:result, result), error = :error, progress = :progress, finished_at = now(),
    secret = CASE WHEN :state = 'checked' OR EXISTS (
        SELECT FROM ops.intents i WHERE i.run_id = :run_id AND i.state IN ('sending', 'unknown')) THEN secret END
WHERE id = :run_id AND state = 'running' AND executor = :executor;

-- name: release_run!
-- Give a run back to the queue because this process is ending, not the run.
UPDATE ops.runs SET state = 'queued', queued_at = now(), progress = :progress
WHERE id = :run_id AND state = 'running' AND executor = :executor;

-- name: cancel_waiting!
-- Cancel a run that nobody works on.
UPDATE ops.runs
SET state = 'cancelled', finished_at = now(), cancel_requested_at = now(), cancel_requested_by = :who, secret = NULL
WHERE id = :run_id AND state IN ('draft', 'queued', 'checked');

-- name: ask_to_stop!
-- Ask a working run to stop after the calls in flight.
UPDATE ops.runs SET cancel_requested_at = now(), cancel_requested_by = :who
WHERE id = :run_id AND state = 'running';

-- name: unfinished_runs
-- Runs that should be worked on: queued, or running without a sign of life since :silence seconds.
SELECT id, state, client_id FROM ops.runs
WHERE state = 'queued'
   OR (state = 'running' AND heartbeat_at < now() - make_interval(secs => :silence))
ORDER BY id;

-- name: expired_drafts
-- Uploads that were never posted.
SELECT id, client_id FROM ops.runs
WHERE state IN ('draft', 'checked') AND created_at < now() - make_interval(days => :days)
ORDER BY id;

-- name: expire_run!
-- Close an upload that was never posted.
UPDATE ops.runs SET state = 'expired', finished_at = now(), secret = NULL
WHERE id = :run_id AND state IN ('draft', 'checked');

-- name: add_calls!
-- Add vendor calls of a run to its sums.
INSERT INTO ops.run_calls AS c (run_id, client_id, operation, answered, throttled, failed)
VALUES (:run_id, :client_id, :operation, :answered, :throttled, :failed)
ON CONFLICT (run_id, operation) DO UPDATE
SET answered = c.answered + excluded.answered, throttled = c.throttled + excluded.throttled,
    failed = c.failed + excluded.failed;

-- name: calls
-- Vendor calls of a run by operation.
SELECT operation, answered, throttled, failed FROM ops.run_calls WHERE run_id = :run_id ORDER BY operation;

-- name: put_file!
-- Record a file of a run; a newer one of the same role takes its place.
INSERT INTO ops.run_files (run_id, client_id, role, name, path, bytes, sha256)
VALUES (:run_id, :client_id, :role, :name, :path, :bytes, :sha256)
ON CONFLICT (run_id, role) DO UPDATE
SET name = excluded.name, path = excluded.path, bytes = excluded.bytes, sha256 = excluded.sha256, made_at = now();

-- name: files
-- The files of a run.
SELECT role, name, path, bytes, sha256, made_at FROM ops.run_files WHERE run_id = :run_id ORDER BY role;

-- name: forget_files!
-- Forget the files of a run whose upload has expired.
DELETE FROM ops.run_files WHERE run_id = :run_id;

-- name: forget_roles!
-- Forget files of some roles of a run.
DELETE FROM ops.run_files WHERE run_id = :run_id AND role = ANY (:roles);

-- name: runs_with_old_files
-- Ended runs whose files are older than :days days and of no use to a decision that is still to be made.
SELECT r.id, r.client_id FROM ops.runs r
WHERE r.state IN ('finished', 'cancelled', 'failed') AND r.finished_at < now() - make_interval(days => :days)
  AND EXISTS (SELECT FROM ops.run_files f WHERE f.run_id = r.id)
  AND NOT EXISTS (SELECT FROM ops.intents i WHERE i.run_id = r.id AND i.state IN ('sending', 'unknown'))
ORDER BY r.id;
