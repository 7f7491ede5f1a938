-- name: wait_for_migrations$
-- Held until the transaction ends.
SELECT pg_advisory_xact_lock(:space, 0);

-- name: others$
-- Connections that processes hold as the application's role right now.
SELECT count(*) FROM pg_stat_activity WHERE usename = :role AND datname = current_database();

-- name: enter$
-- The owner is held to the row-level security as well.
SELECT set_config('daysheet.actor', :actor, true) || set_config('daysheet.clients', '*', true);

-- name: secrets_of_connections
-- Credentials, held until the transaction ends.
SELECT id, secret FROM ops.connections WHERE secret IS NOT NULL FOR UPDATE;

-- name: keep_secret_of_connections!
-- One of them, encrypted anew.
UPDATE ops.connections SET secret = :secret WHERE id = :id;

-- name: secrets_of_runs
-- Credentials, held until the transaction ends.
SELECT id, secret FROM ops.runs WHERE secret IS NOT NULL FOR UPDATE;

-- name: keep_secret_of_runs!
-- One of them, encrypted anew.
UPDATE ops.runs SET secret = :secret WHERE id = :id;

-- name: secrets_of_second_factors
-- Credentials, held until the transaction ends.
SELECT user_id, secret FROM ops.second_factors WHERE secret IS NOT NULL FOR UPDATE;

-- name: keep_secret_of_second_factors!
-- One of them, encrypted anew.
UPDATE ops.second_factors SET secret = :secret WHERE user_id = :id;

-- name: secrets_of_notification_channels
-- Credentials, held until the transaction ends.
SELECT id, address FROM ops.notification_channels WHERE address IS NOT NULL FOR UPDATE;

-- name: keep_secret_of_notification_channels!
-- One of them, encrypted anew.
UPDATE ops.notification_channels SET address = :secret WHERE id = :id;
