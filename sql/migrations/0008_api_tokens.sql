-- Tokens of other programs for the REST API: for which clients, what for, how often, until when.
-- docs/decisions/0019_api_tokens.md has the reasons.

-- Of a token only the SHA-256 is kept; beginning is enough of it to tell it from others.
CREATE TABLE ops.api_tokens (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name            text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9._-]{1,59}$'),
    beginning       text NOT NULL,
    token_digest    bytea NOT NULL UNIQUE,
    scopes          text[] NOT NULL CHECK (cardinality(scopes) > 0),
    all_clients     boolean NOT NULL DEFAULT false,
    a_minute        integer NOT NULL CHECK (a_minute BETWEEN 1 AND 1000000),
    made_at         timestamptz NOT NULL DEFAULT now(),
    made_by         text NOT NULL,
    ends_at         timestamptz NOT NULL,
    revoked_at      timestamptz,
    revoked_by      text,
    used_at         timestamptz
);

-- The clients of a token that is not for all of them; an empty list is none.
CREATE TABLE ops.api_token_clients (
    token_id        bigint NOT NULL REFERENCES ops.api_tokens,
    client_id       bigint NOT NULL REFERENCES ops.clients,
    PRIMARY KEY (token_id, client_id)
);
ALTER TABLE ops.api_token_clients ENABLE ROW LEVEL SECURITY;
ALTER TABLE ops.api_token_clients FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON ops.api_token_clients TO daysheet_app
    USING (ops.in_scope(client_id)) WITH CHECK (ops.in_scope(client_id));
-- The functions below are the owner's, and ask before there is a scope.
CREATE POLICY gate ON ops.api_token_clients FOR SELECT TO CURRENT_USER USING (true);

-- A run that a token asked for under a key of its own: asked for again, it is the same run. run_id is null while the
-- first is at work. digests: of the key, and of what was asked.
CREATE TABLE ops.api_run_keys (
    token_id        bigint NOT NULL REFERENCES ops.api_tokens,
    key_digest      bytea NOT NULL,
    client_id       bigint NOT NULL REFERENCES ops.clients,
    asked_digest    bytea NOT NULL,
    run_id          bigint REFERENCES ops.runs ON DELETE CASCADE,
    claimed_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (token_id, key_digest)
);
CREATE INDEX api_run_keys_by_run ON ops.api_run_keys (run_id);
ALTER TABLE ops.api_run_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE ops.api_run_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON ops.api_run_keys USING (ops.in_scope(client_id)) WITH CHECK (ops.in_scope(client_id));

-- The tokens that are in force.
CREATE FUNCTION ops.api_tokens_in_force() RETURNS TABLE (
    id bigint, name text, token_digest bytea, scopes text[], all_clients boolean, clients bigint[], a_minute integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.id, t.name, t.token_digest, t.scopes, t.all_clients,
           (SELECT coalesce(array_agg(c.client_id), '{}') FROM ops.api_token_clients c WHERE c.token_id = t.id),
           t.a_minute
    FROM ops.api_tokens t
    WHERE t.revoked_at IS NULL AND t.ends_at > now()
$$;

-- Enter a transaction by a token: who acts and for which clients comes from these tables. `wanted` can only narrow it.
-- Raises DS401 when the token is not in force.
CREATE FUNCTION ops.enter_token(token bigint, wanted text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_name text;
    every boolean;
    scope text;
BEGIN
    SELECT t.name, t.all_clients INTO found_name, every FROM ops.api_tokens t
    WHERE t.id = token AND t.revoked_at IS NULL AND t.ends_at > now();
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'DS401', MESSAGE = 'the token is not in force';
    END IF;
    IF every THEN
        scope := wanted;
    ELSE
        SELECT coalesce(string_agg(c.client_id::text, ','), '') INTO scope FROM ops.api_token_clients c
        WHERE c.token_id = token
          AND (wanted = '*' OR c.client_id::text = ANY (string_to_array(wanted, ',')));
    END IF;
    PERFORM set_config('daysheet.actor', 'token:' || found_name, true), set_config('daysheet.clients', scope, true);
END $$;

REVOKE ALL ON FUNCTION ops.api_tokens_in_force(), ops.enter_token(bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.api_tokens_in_force(), ops.enter_token(bigint, text) TO daysheet_app;
GRANT SELECT (id, name, beginning, scopes, all_clients, a_minute, made_at, made_by, ends_at, revoked_at, revoked_by,
    used_at), INSERT, UPDATE (revoked_at, revoked_by, used_at) ON ops.api_tokens TO daysheet_app;
GRANT SELECT, INSERT ON ops.api_token_clients TO daysheet_app;
GRANT SELECT, INSERT, UPDATE (asked_digest, run_id, claimed_at), DELETE ON ops.api_run_keys TO daysheet_app;
GRANT USAGE ON SEQUENCE ops.api_tokens_id_seq TO daysheet_app;
