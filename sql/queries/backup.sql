-- name: may_read_everything$
-- Whether row-level security leaves this login every row of every table.
SELECT NOT coalesce(bool_or(row_security_active(c.oid)), false)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT starts_with(n.nspname, 'pg_');

-- name: begin^
-- The moment that the snapshot is of, its name for pg_dump, and who asks which server.
SELECT now() AS at, pg_export_snapshot() AS snapshot, current_setting('server_version_num')::integer AS version,
       session_user AS owner;

-- name: server_version$
-- The server's version, as 160004.
SELECT current_setting('server_version_num')::integer;

-- name: applied_migrations
-- The migrations that the database stands on.
SELECT migration_id AS name FROM public._migrations ORDER BY migration_id;

-- name: tables
-- Every table that holds rows itself, with the statement that counts them.
SELECT n.nspname || '.' || c.relname AS name,
       'SELECT count(*) FROM ONLY ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS count
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND NOT starts_with(n.nspname, 'pg_')
ORDER BY 1;

-- name: forced_tables
-- The tables whose row-level security binds their owner too, with the statement that ends that.
SELECT 'ALTER TABLE ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' NO FORCE ROW LEVEL SECURITY' AS lift
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relforcerowsecurity;

-- name: is_empty$
-- Whether the database holds nothing of anybody's.
SELECT NOT EXISTS (
    SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname <> 'information_schema' AND NOT starts_with(n.nspname, 'pg_')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'));

-- name: head^
-- The last seal of the audit.
SELECT number, encode(digest, 'hex') AS digest FROM ops.audit_seals ORDER BY number DESC LIMIT 1;

-- name: roles
-- The roles that something in this database belongs to, is granted to or speaks of, but the one that asks.
SELECT r.rolname AS name, r.rolcanlogin AS login, r.rolconnlimit AS connections,
       coalesce(r.rolconfig, '{}') AS habits,
       ARRAY(SELECT g.rolname::text FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
             WHERE m.member = r.oid ORDER BY 1) AS member_of
FROM pg_roles r
WHERE r.rolname <> session_user AND NOT starts_with(r.rolname, 'pg_')
  AND (r.oid IN (SELECT refobjid FROM pg_shdepend
                 WHERE refclassid = 'pg_authid'::regclass
                   AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
       OR r.oid IN (SELECT unnest(polroles) FROM pg_policy)
       OR r.rolname IN (SELECT role_name FROM ops.readers))
ORDER BY r.rolname;

-- name: is_superuser$
-- Whether this login may read the verifiers of passwords.
SELECT rolsuper FROM pg_roles WHERE rolname = session_user;

-- name: verifiers
-- The verifiers of the passwords of roles.
SELECT rolname AS name, rolpassword AS verifier FROM pg_authid WHERE rolname = ANY (:names) AND rolpassword IS NOT NULL;

-- name: role_names
-- The roles of the server.
SELECT rolname AS name FROM pg_roles;

-- name: named_files
-- Every file that the database names, as a path within the home.
SELECT 'files/' || path AS path FROM ops.run_files
UNION ALL SELECT 'raw/' || raw_path FROM warehouse.packages WHERE raw_path IS NOT NULL
UNION SELECT 'raw/' || raw_path FROM warehouse.account_reports WHERE raw_path IS NOT NULL;

-- name: others_connected$
-- How many others are connected to a database.
SELECT count(*) FROM pg_stat_activity
WHERE datname = :database AND pid <> pg_backend_pid() AND backend_type = 'client backend';

-- name: end_sessions!
-- Sign everybody out.
UPDATE ops.sessions SET ended_at = now(), ended_why = 'restored from a backup' WHERE ended_at IS NULL;

-- name: close_links!
-- Close links that may have been used since.
UPDATE ops.setup_links SET used_at = now() WHERE used_at IS NULL;

-- name: end_wider_access!
-- End wider access that was open.
UPDATE ops.wider_access SET ends_at = greatest(began_at, now()) WHERE ends_at > now();

-- name: revoke_tokens!
-- Revoke the API's tokens: which of them were revoked since is not known any more.
UPDATE ops.api_tokens SET revoked_at = now(), revoked_by = :who WHERE revoked_at IS NULL;

-- name: hold_runs
-- Stop runs of kinds that write to vendors, which may have gone on since; a person looks before they go on.
-- Credentials typed for one are forgotten, unless they are needed to look for a write of it.
UPDATE ops.runs r
SET state = 'failed', error = :said, finished_at = now(), executor = NULL,
    secret = CASE WHEN EXISTS (
        SELECT FROM ops.intents i WHERE i.run_id = r.id AND i.state IN ('sending', 'unknown')) THEN secret END
WHERE kind = ANY (:kinds) AND state IN ('draft', 'queued', 'running', 'checked')
RETURNING id;
