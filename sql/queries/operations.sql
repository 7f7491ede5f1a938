-- What the whole office is about, counted: for /metrics, /readyz and the Operations page. No row names anybody.

-- name: read_only!
-- What follows only reads, and not for long.
SET TRANSACTION READ ONLY;

-- name: hurry$
-- A look must not become a burden.
SELECT set_config('statement_timeout', :milliseconds::text, true);

-- name: runs_by_state
-- Runs by kind and state, and how long ago the last of them ended, in seconds.
SELECT kind, state, count(*) AS runs,
       extract(epoch FROM clock_timestamp() - max(finished_at))::float8 AS ended_seconds_ago
FROM ops.runs GROUP BY kind, state ORDER BY kind, state;

-- name: runs_of_day
-- Runs that were begun or ended in the last 24 hours (of the last 2,000, here and below: years of them must not be read
-- for a day's), by kind and state, and the seconds that the longest took.
WITH day AS MATERIALIZED (
    SELECT * FROM (SELECT kind, state, queued_at, started_at, finished_at FROM ops.runs ORDER BY id DESC LIMIT 2000) latest
    WHERE greatest(queued_at, started_at, finished_at) > clock_timestamp() - interval '24 hours'
)
SELECT kind, state, count(*) AS runs,
       max(extract(epoch FROM finished_at - started_at))::float8 AS longest_seconds
FROM day WHERE state NOT IN ('draft', 'expired')
GROUP BY kind, state ORDER BY kind, state;

-- name: queue^
-- Runs that wait and that are worked on; the longest wait of one that waits for nothing but a worker; the silent ones.
SELECT count(*) FILTER (WHERE state = 'queued') AS waiting,
       count(*) FILTER (WHERE state = 'running') AS running,
       coalesce(max(extract(epoch FROM clock_timestamp() - queued_at))
                FILTER (WHERE state = 'queued' AND note IS NULL), 0)::float8 AS oldest_seconds,
       count(*) FILTER (WHERE state = 'running'
                        AND heartbeat_at < clock_timestamp() - make_interval(secs => :silence)) AS silent
FROM ops.runs WHERE state IN ('queued', 'running');

-- name: workers^
-- Side processes whose workers have given a sign of life lately, and when the last did.
SELECT count(*) FILTER (WHERE last_heartbeat > clock_timestamp() - make_interval(secs => :silence)) AS alive,
       max(last_heartbeat) AS seen_at
FROM queue.procrastinate_workers;

-- name: unsettled_intents
-- Writes on their way, and those of unknown outcome, with and without a person to decide.
SELECT state, undecidable, count(*) AS intents FROM ops.intents
WHERE state IN ('sending', 'unknown') GROUP BY state, undecidable;

-- name: intents_of_day
-- Writes of the runs of the last 24 hours, by kind and state.
WITH day AS MATERIALIZED (
    SELECT * FROM (SELECT id, queued_at, started_at, finished_at FROM ops.runs ORDER BY id DESC LIMIT 2000) latest
    WHERE greatest(queued_at, started_at, finished_at) > clock_timestamp() - interval '24 hours'
)
SELECT i.kind, i.state, sum(i.intents)::bigint AS intents
FROM day CROSS JOIN LATERAL (
    SELECT kind, state, count(*) AS intents FROM ops.intents WHERE run_id = day.id GROUP BY kind, state
) i
GROUP BY i.kind, i.state ORDER BY i.kind, i.state;

-- name: vendor_calls_of_day
-- Calls of vendors by the runs of the last 24 hours, by kind of run and operation.
WITH day AS MATERIALIZED (
    SELECT * FROM (SELECT id, kind, queued_at, started_at, finished_at FROM ops.runs ORDER BY id DESC LIMIT 2000) latest
    WHERE greatest(queued_at, started_at, finished_at) > clock_timestamp() - interval '24 hours'
)
SELECT day.kind, c.operation, sum(c.answered)::bigint AS answered, sum(c.throttled)::bigint AS throttled,
       sum(c.failed)::bigint AS failed
FROM day CROSS JOIN LATERAL (SELECT * FROM ops.run_calls WHERE run_id = day.id) c
GROUP BY day.kind, c.operation ORDER BY day.kind, c.operation;

-- name: throttles
-- Per operation the widest gap that an account is held to now, in seconds, and how often a call came too early.
SELECT operation, (max(gap_ms) / 1000)::float8 AS gap_seconds, sum(refusals)::bigint AS refusals
FROM ops.throttles GROUP BY operation ORDER BY operation;

-- name: packages
-- Rows loaded and rejected, and packages held, by report, over all packages there are.
SELECT report_name AS report, sum(rows_loaded)::bigint AS loaded, sum(rows_rejected)::bigint AS rejected,
       count(*) FILTER (WHERE state = 'held') AS held
FROM warehouse.packages GROUP BY report_name ORDER BY report_name;

-- name: refused_logins
-- Connections whose login the vendor did not accept in their last run, and that nobody has saved anew since.
SELECT n.client_id, n.vendor, r.finished_at AS refused_at
FROM ops.connections n
CROSS JOIN LATERAL (
    SELECT finished_at, progress FROM ops.runs
    WHERE client_id = n.client_id AND kind = (:kinds::jsonb ->> n.vendor) AND finished_at IS NOT NULL
    ORDER BY id DESC LIMIT 1
) r
WHERE r.progress @> '{"login_refused": true}' AND r.finished_at > n.updated_at
ORDER BY r.finished_at DESC;

-- name: connections$
-- How many vendor connections there are.
SELECT count(*) FROM ops.connections;

-- name: people^
-- Sessions that are open, of how many people, and the people who may sign in.
SELECT count(s.id) AS sessions, count(DISTINCT s.user_id) AS signed_in, count(DISTINCT u.id) AS people
FROM ops.users u
LEFT JOIN ops.sessions s ON s.user_id = u.id AND s.ended_at IS NULL AND NOT s.awaits_code
    AND s.seen_at > now() - interval '15 minutes' AND s.began_at > now() - interval '12 hours'
WHERE u.disabled_at IS NULL;

-- name: upkeep^
-- What keeps the instance in order and is behind: audit events without a seal and how long the oldest waits, schedules
-- that are overdue, channels of notices that fail.
SELECT (SELECT count(*) FROM ops.audit_waiting) AS unsealed,
       (SELECT coalesce(max(extract(epoch FROM clock_timestamp() - e.at)), 0)::float8
        FROM ops.audit_waiting w JOIN ops.audit_events e ON e.id = w.event_id) AS unsealed_seconds,
       (SELECT count(*) FROM ops.schedules
        WHERE NOT paused AND next_at < clock_timestamp() - interval '5 minutes') AS overdue_schedules,
       (SELECT count(*) FROM ops.notification_channels
        WHERE NOT paused AND failing_since IS NOT NULL) AS failing_channels;

-- name: server^
-- The database server and this database in it; bytes on its disk.
SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS bytes,
       (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections,
       current_setting('max_connections')::int AS most_connections;

-- name: applied_migrations
-- Ids of the migrations that are applied, which are their files' names without ending.
SELECT migration_id FROM public._migrations ORDER BY migration_id;

-- name: processes
-- Our processes by the name they gave, with their connections, since when the oldest stands, and their last statement.
SELECT application_name AS name, client_addr::text AS address, count(*) AS connections,
       min(backend_start) AS since, max(state_change) AS active_at
FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND application_name ~ '^daysheet (web|side|command) '
GROUP BY application_name, client_addr ORDER BY application_name;

-- name: scheduler_since$
-- Since when the scheduler at work holds its lock; null when there is none.
SELECT min(a.backend_start) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = :space AND l.objid = 0 AND l.objsubid = 2
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database());

-- name: long_transactions
-- Transactions of ours that have been open for over a second, the longest first; never what they ask, which may name
-- somebody.
SELECT application_name AS name, extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds,
       coalesce(wait_event_type, '') AS waits_for
FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
  AND xact_start < clock_timestamp() - interval '1 second'
ORDER BY xact_start LIMIT 10;

-- name: largest_tables
-- The largest tables, with their partitions, indexes and long values; bytes.
SELECT n.nspname || '.' || c.relname AS name, pg_total_relation_size(c.oid) AS bytes, c.reltuples::bigint AS rows
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname IN ('ops', 'warehouse', 'intake', 'queue')
ORDER BY 2 DESC LIMIT 8;
