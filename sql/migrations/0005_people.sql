-- People: who may sign in, as what, for which clients, and the sessions through which they act.
-- docs/decisions/0015_access.md says why the database itself looks a session up.

-- A person. Without all_clients the clients are listed in ops.user_clients, and an empty list is none.
-- version: whoever saves must have seen the latest.
CREATE TABLE ops.users (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login           text NOT NULL UNIQUE CHECK (login = lower(login) AND login ~ '^[a-z0-9][a-z0-9._@+-]{1,79}$'),
    name            text NOT NULL CHECK (name <> '' AND length(name) <= 120),
    all_clients     boolean NOT NULL DEFAULT false,
    disabled_at     timestamptz,
    time_zone       text,
    landing_page    text,
    version         integer NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    created_by      text NOT NULL,
    changed_at      timestamptz NOT NULL DEFAULT now(),
    changed_by      text NOT NULL
);

-- Secrets of sign-in stand apart: the application writes them, and reads them by ops.credentials_of alone.
CREATE TABLE ops.passwords (
    user_id         bigint PRIMARY KEY REFERENCES ops.users,
    hash            text NOT NULL,
    changed_at      timestamptz NOT NULL DEFAULT now()
);

-- A time-based second factor; the secret is encrypted by the application. last_step: a code works once.
CREATE TABLE ops.second_factors (
    user_id         bigint PRIMARY KEY REFERENCES ops.users,
    secret          bytea NOT NULL,
    confirmed_at    timestamptz,
    last_step       bigint NOT NULL DEFAULT 0
);
CREATE TABLE ops.recovery_codes (
    user_id         bigint NOT NULL REFERENCES ops.users,
    digest          bytea NOT NULL,
    used_at         timestamptz,
    PRIMARY KEY (user_id, digest)
);

CREATE TABLE ops.role_permissions (
    role        text NOT NULL,
    permission  text NOT NULL,
    PRIMARY KEY (role, permission)
);
INSERT INTO ops.role_permissions (role, permission)
SELECT role, permission
FROM (VALUES
    ('biller', '{charges.view,charges.post,intents.decide,runs.view,runs.cancel,reports.view,reports.load,'
               'analytics.view,analytics.export,patients.see}'),
    ('manager', '{analytics.view,analytics.export,views.share,reports.view,reports.load,reports.settings,runs.view,'
                'runs.cancel,intents.decide,charges.view,patients.see,patients.reveal}'),
    ('analyst', '{analytics.view,analytics.export,reports.view,views.share,patients.reveal}'),
    ('case_coordinator', '{runs.view,patients.see}'),
    ('administrator', '{clients.edit,connections.edit,schedules.edit,operations.view,people.edit,audit.read,'
                      'tokens.edit,notifications.edit,reports.view,reports.settings,runs.view,runs.cancel}')
) AS granted(role, permissions), unnest(permissions::text[]) AS permission;

-- given: by hand, or by a group of the identity provider, which takes it back too.
CREATE TABLE ops.user_roles (
    user_id     bigint NOT NULL REFERENCES ops.users,
    role        text NOT NULL CHECK (role IN ('biller', 'manager', 'analyst', 'case_coordinator', 'administrator')),
    given       text NOT NULL DEFAULT 'hand' CHECK (given IN ('hand', 'group')),
    PRIMARY KEY (user_id, role, given)
);
CREATE TABLE ops.user_clients (
    user_id     bigint NOT NULL REFERENCES ops.users,
    client_id   bigint NOT NULL REFERENCES ops.clients,
    PRIMARY KEY (user_id, client_id)
);
ALTER TABLE ops.user_clients ENABLE ROW LEVEL SECURITY;
ALTER TABLE ops.user_clients FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON ops.user_clients TO daysheet_app
    USING (ops.in_scope(client_id)) WITH CHECK (ops.in_scope(client_id));
-- The functions below are the owner's, and ask before there is a scope.
CREATE POLICY gate ON ops.user_clients FOR SELECT TO CURRENT_USER USING (true);

-- Who somebody is at an identity provider, and which role a group of that provider gives.
CREATE TABLE ops.identities (
    issuer      text NOT NULL,
    subject     text NOT NULL,
    user_id     bigint NOT NULL REFERENCES ops.users,
    linked_at   timestamptz NOT NULL DEFAULT now(),
    linked_by   text NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE TABLE ops.group_roles (
    issuer      text NOT NULL,
    group_name  text NOT NULL,
    role        text NOT NULL CHECK (role IN ('biller', 'manager', 'analyst', 'case_coordinator', 'administrator')),
    PRIMARY KEY (issuer, group_name, role)
);

-- A session of a person's browser; of its token only the SHA-256 is kept.
-- awaits_code: the password was right, the second factor is still to come, and nobody acts through it.
CREATE TABLE ops.sessions (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id         bigint NOT NULL REFERENCES ops.users,
    token_digest    bytea NOT NULL UNIQUE,
    awaits_code     boolean NOT NULL,
    factor          text NOT NULL CHECK (factor IN ('password', 'code', 'recovery', 'provider')),
    began_at        timestamptz NOT NULL DEFAULT now(),
    seen_at         timestamptz NOT NULL DEFAULT now(),
    ended_at        timestamptz,
    ended_why       text,
    address         text NOT NULL,
    browser         text NOT NULL CHECK (length(browser) <= 200)
);
CREATE INDEX sessions_open ON ops.sessions (user_id) WHERE ended_at IS NULL;

-- Refused tries to sign in, by a digest of the login that was typed or of the address it came from.
CREATE TABLE ops.refused_sign_ins (
    subject         bytea PRIMARY KEY,
    tries           integer NOT NULL,
    last_at         timestamptz NOT NULL,
    locked_until    timestamptz NOT NULL
);

-- A link that works once: to set up the first person (no user_id), or for a person to choose a password.
CREATE TABLE ops.setup_links (
    token_digest    bytea PRIMARY KEY,
    user_id         bigint REFERENCES ops.users,
    made_by         text NOT NULL,
    ends_at         timestamptz NOT NULL,
    used_at         timestamptz
);

-- Wider access in an emergency: every client, patients shown, for an hour, with a reason.
CREATE TABLE ops.wider_access (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     bigint NOT NULL REFERENCES ops.users,
    reason      text NOT NULL CHECK (length(reason) BETWEEN 10 AND 500),
    began_at    timestamptz NOT NULL DEFAULT now(),
    ends_at     timestamptz NOT NULL DEFAULT now() + interval '1 hour',
    CHECK (ends_at <= began_at + interval '1 hour')
);
CREATE INDEX wider_access_of_user ON ops.wider_access (user_id, ends_at);

-- Until when a person has wider access; null without.
CREATE FUNCTION ops.wider_until(person bigint) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT max(ends_at) FROM ops.wider_access WHERE user_id = person AND ends_at > now()
$$;

-- The open sessions: confirmed, of people who are not disabled, 15 minutes after they were last seen at most and
-- 12 hours after they began.
CREATE VIEW ops.open_sessions AS
    SELECT s.id, s.token_digest, s.user_id, s.began_at, s.seen_at, u.login, u.all_clients
    FROM ops.sessions s JOIN ops.users u ON u.id = s.user_id
    WHERE s.ended_at IS NULL AND NOT s.awaits_code AND u.disabled_at IS NULL
      AND s.seen_at > now() - interval '15 minutes' AND s.began_at > now() - interval '12 hours';

-- Enter a transaction through a session: who acts and for which clients comes from these tables. `wanted` can only
-- narrow it. Raises DS401 when the session is over.
CREATE FUNCTION ops.enter_session(session uuid, wanted text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_login text;
    found_user bigint;
    every boolean;
    scope text;
BEGIN
    SELECT o.login, o.user_id, o.all_clients INTO found_login, found_user, every
    FROM ops.open_sessions o WHERE o.id = session;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'DS401', MESSAGE = 'the session is over';
    END IF;
    IF every OR ops.wider_until(found_user) IS NOT NULL THEN
        scope := wanted;
    ELSE
        SELECT coalesce(string_agg(c.client_id::text, ','), '') INTO scope FROM ops.user_clients c
        WHERE c.user_id = found_user
          AND (wanted = '*' OR c.client_id::text = ANY (string_to_array(wanted, ',')));
    END IF;
    PERFORM set_config('daysheet.actor', 'person:' || found_login, true), set_config('daysheet.clients', scope, true);
END $$;

-- Who is behind a token; no row when nobody is. With `active` the person is at it, and the idle time begins anew.
CREATE FUNCTION ops.attend(token bytea, active boolean) RETURNS TABLE (
    session uuid, user_id bigint, login text, name text, time_zone text, landing_page text, all_clients boolean,
    clients bigint[], roles text[], permissions text[], began_at timestamptz, seen_at timestamptz,
    asked_at timestamptz, wider_until timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF active THEN
        -- A row written a few times a minute, however busy its person is.
        UPDATE ops.sessions s SET seen_at = now() FROM ops.open_sessions o
        WHERE o.token_digest = token AND s.id = o.id AND s.seen_at < now() - interval '10 seconds';
    END IF;
    RETURN QUERY
    SELECT o.id, o.user_id, o.login, u.name, u.time_zone, u.landing_page,
           o.all_clients OR w.until IS NOT NULL,
           (SELECT coalesce(array_agg(c.client_id), '{}') FROM ops.user_clients c WHERE c.user_id = o.user_id),
           (SELECT coalesce(array_agg(DISTINCT r.role), '{}') FROM ops.user_roles r WHERE r.user_id = o.user_id),
           (SELECT coalesce(array_agg(DISTINCT p.permission), '{}')
                   || CASE WHEN w.until IS NULL THEN '{}'::text[] ELSE '{patients.see}' END
            FROM ops.user_roles r JOIN ops.role_permissions p ON p.role = r.role WHERE r.user_id = o.user_id),
           o.began_at, o.seen_at, now(), w.until
    FROM ops.open_sessions o
    JOIN ops.users u ON u.id = o.user_id
    CROSS JOIN LATERAL (SELECT ops.wider_until(o.user_id) AS until) w
    WHERE o.token_digest = token;
END $$;

-- What a sign-in is checked against, of one login.
CREATE FUNCTION ops.credentials_of(asked text) RETURNS TABLE (
    user_id bigint, disabled boolean, hash text, secret bytea, last_step bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT u.id, u.disabled_at IS NOT NULL, p.hash, f.secret, f.last_step
    FROM ops.users u
    LEFT JOIN ops.passwords p ON p.user_id = u.id
    LEFT JOIN ops.second_factors f ON f.user_id = u.id AND f.confirmed_at IS NOT NULL
    WHERE u.login = asked
$$;

-- The sign-in behind a token that waits for its code; it waits five minutes.
CREATE FUNCTION ops.awaiting_code(token bytea) RETURNS TABLE (
    session uuid, user_id bigint, login text, secret bytea, last_step bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.id, s.user_id, u.login, f.secret, f.last_step
    FROM ops.sessions s
    JOIN ops.users u ON u.id = s.user_id AND u.disabled_at IS NULL
    JOIN ops.second_factors f ON f.user_id = s.user_id AND f.confirmed_at IS NOT NULL
    WHERE s.token_digest = token AND s.awaits_code AND s.ended_at IS NULL AND s.began_at > now() - interval '5 minutes'
$$;

-- The second factor of a person who is setting it up; its secret is encrypted.
CREATE FUNCTION ops.unconfirmed_factor_of(person bigint) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT secret FROM ops.second_factors WHERE user_id = person AND confirmed_at IS NULL
$$;

-- Functions that know secrets are the application's alone; readers of reports log in to the same database.
REVOKE ALL ON FUNCTION ops.wider_until(bigint), ops.enter_session(uuid, text), ops.attend(bytea, boolean),
    ops.credentials_of(text), ops.awaiting_code(bytea), ops.unconfirmed_factor_of(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.wider_until(bigint), ops.enter_session(uuid, text), ops.attend(bytea, boolean),
    ops.credentials_of(text), ops.awaiting_code(bytea), ops.unconfirmed_factor_of(bigint) TO daysheet_app;

GRANT SELECT, INSERT ON ops.users TO daysheet_app;
GRANT UPDATE (name, all_clients, disabled_at, time_zone, landing_page, version, changed_at, changed_by)
    ON ops.users TO daysheet_app;
GRANT INSERT, UPDATE ON ops.passwords TO daysheet_app;
GRANT SELECT (user_id, changed_at) ON ops.passwords TO daysheet_app;
GRANT INSERT, UPDATE, DELETE ON ops.second_factors TO daysheet_app;
GRANT SELECT (user_id, confirmed_at, last_step) ON ops.second_factors TO daysheet_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.recovery_codes TO daysheet_app;
GRANT SELECT ON ops.role_permissions TO daysheet_app;
GRANT SELECT, INSERT, DELETE ON ops.user_roles, ops.user_clients, ops.identities, ops.group_roles TO daysheet_app;
GRANT INSERT ON ops.sessions TO daysheet_app;
GRANT UPDATE (token_digest, awaits_code, factor, began_at, seen_at, ended_at, ended_why) ON ops.sessions TO daysheet_app;
GRANT SELECT (id, user_id, awaits_code, factor, began_at, seen_at, ended_at, ended_why, address, browser)
    ON ops.sessions TO daysheet_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.refused_sign_ins, ops.setup_links TO daysheet_app;
-- By retention, when they have ended long ago.
GRANT DELETE ON ops.sessions TO daysheet_app;
GRANT SELECT, INSERT ON ops.wider_access TO daysheet_app;
GRANT UPDATE (ends_at) ON ops.wider_access TO daysheet_app;
GRANT USAGE ON SEQUENCE ops.users_id_seq, ops.wider_access_id_seq TO daysheet_app;
