-- name: add_missing
-- Make the row of a kind of the whole office where there is none; returns its id.
INSERT INTO ops.schedules (kind, rule, time_zone, next_at, changed_by)
VALUES (:kind, :rule, :time_zone, :next_at, :who)
ON CONFLICT (kind, client_id) DO NOTHING
RETURNING id;

-- name: add_missing_of_clients
-- Make the rows of a kind for the clients in scope that are connected to a vendor and have none; returns their ids.
INSERT INTO ops.schedules (kind, client_id, rule, changed_by)
SELECT :kind, c.id, :rule, :who
FROM ops.clients c
WHERE EXISTS (SELECT FROM ops.connections n WHERE n.client_id = c.id AND n.vendor = :vendor)
  AND NOT EXISTS (SELECT FROM ops.schedules s WHERE s.kind = :kind AND s.client_id = c.id)
ON CONFLICT (kind, client_id) DO NOTHING
RETURNING id;

-- name: schedules
-- The rows in scope; of one kind, or of all. The zone is the client's where it is a client's work.
SELECT s.id, s.kind, s.client_id, c.name AS client_name, s.rule, coalesce(s.time_zone, c.time_zone) AS time_zone,
       s.paused, s.next_at, s.counts_from, s.version, s.changed_at, s.changed_by
FROM ops.schedules s LEFT JOIN ops.clients c ON c.id = s.client_id
WHERE (:kind::text IS NULL OR s.kind = :kind) AND (:client_id::bigint IS NULL OR s.client_id = :client_id)
  AND (:schedule_id::bigint IS NULL OR s.id = :schedule_id)
ORDER BY s.client_id IS NULL, c.name, s.kind;

-- name: lock^
-- One row, kept from others until the end of the transaction.
SELECT s.id, s.version, s.paused, s.rule, s.next_at FROM ops.schedules s WHERE s.id = :schedule_id FOR UPDATE;

-- name: change!
-- Change what was seen; nothing where somebody was faster.
UPDATE ops.schedules
SET rule = :rule, time_zone = CASE WHEN client_id IS NULL THEN :time_zone END, next_at = :next_at,
    version = version + 1, changed_at = now(), changed_by = :who
WHERE id = :schedule_id AND version = :version;

-- name: pause!
-- Stop what was seen from starting by itself; nothing where somebody was faster.
UPDATE ops.schedules
SET paused = true, next_at = NULL, version = version + 1, changed_at = now(), changed_by = :who
WHERE id = :schedule_id AND version = :version AND NOT paused;

-- name: resume!
-- Let it start by itself again, from now on; nothing where somebody was faster.
UPDATE ops.schedules
SET paused = false, next_at = :next_at, counts_from = :now, version = version + 1, changed_at = now(),
    changed_by = :who
WHERE id = :schedule_id AND version = :version AND paused;

-- name: due
-- The rows of these kinds whose time has come.
SELECT id, kind FROM ops.schedules
WHERE NOT paused AND next_at <= :now AND kind = ANY (:kinds)
ORDER BY next_at, id;

-- name: take_due^
-- One of them, if its time is still there to be taken and nobody else is at it.
SELECT s.id, s.kind, s.client_id, s.rule, s.next_at, coalesce(s.time_zone, c.time_zone) AS time_zone
FROM ops.schedules s LEFT JOIN ops.clients c ON c.id = s.client_id
WHERE s.id = :schedule_id AND NOT s.paused AND s.next_at <= :now
FOR UPDATE OF s SKIP LOCKED;

-- name: take_time^
-- Take a scheduled time; nothing where it was taken before.
INSERT INTO ops.schedule_times (schedule_id, client_id, due_at, asked_by)
SELECT s.id, s.client_id, :due_at, :who FROM ops.schedules s WHERE s.id = :schedule_id
ON CONFLICT (schedule_id, due_at) DO NOTHING
RETURNING schedule_id;

-- name: move_on!
-- The time is taken; the next one stands.
UPDATE ops.schedules SET next_at = :next_at WHERE id = :schedule_id;

-- name: settle_time!
-- What came of a taken time: a run, or a word why there is none.
UPDATE ops.schedule_times SET run_id = :run_id, note = :note WHERE schedule_id = :schedule_id AND due_at = :due_at;

-- name: note_started!
-- A feature has started something for a time by itself; of several runs for one time the last counts.
INSERT INTO ops.schedule_times AS t (schedule_id, client_id, due_at, run_id, asked_by)
SELECT s.id, s.client_id, :due_at, :run_id, :who FROM ops.schedules s WHERE s.id = :schedule_id
ON CONFLICT (schedule_id, due_at) DO UPDATE SET run_id = excluded.run_id, note = NULL;

-- name: open_run$
-- The open run of a kind of the whole office or of a client, if there is one.
SELECT max(id) FROM ops.runs
WHERE kind = :kind AND client_id IS NOT DISTINCT FROM :client_id::bigint AND state IN ('queued', 'running');

-- name: last_times
-- By row: its last few taken times with what came of them, newest first.
SELECT t.schedule_id, t.due_at, t.taken_at, t.note, t.asked_by, r.id AS run_id, r.state, r.error, r.finished_at,
       r.started_at, r.result ->> 'said' AS said
FROM ops.schedules s
CROSS JOIN LATERAL (
    SELECT * FROM ops.schedule_times x WHERE x.schedule_id = s.id ORDER BY x.due_at DESC LIMIT :most
) t
LEFT JOIN ops.runs r ON r.id = t.run_id
ORDER BY t.schedule_id, t.due_at DESC;

-- name: forget_times!
-- Forget taken times from before a day, but for the last of each row.
DELETE FROM ops.schedule_times t
WHERE t.due_at < :before
  AND EXISTS (SELECT FROM ops.schedule_times x WHERE x.schedule_id = t.schedule_id AND x.due_at > t.due_at);
