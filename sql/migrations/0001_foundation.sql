-- The foundation: clients, connections, runs, intents, throttles, audit, and the scope that guards them.
-- The application connects as daysheet_app, which owns nothing and cannot bypass row-level security.

CREATE SCHEMA ops;
CREATE SCHEMA queue;
GRANT USAGE ON SCHEMA ops TO daysheet_app;
GRANT USAGE ON SCHEMA queue TO daysheet_app;

-- Whether a client is in the scope that the database door has set for this transaction.
-- '' or unset: no client at all; '*': every client; else a list of ids.
CREATE FUNCTION ops.in_scope(client bigint) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(CASE current_setting('daysheet.clients', true)
        WHEN '*' THEN true
        WHEN '' THEN false
        ELSE client = ANY (string_to_array(current_setting('daysheet.clients', true), ',')::bigint[])
    END, false)
$$;

-- A client: a customer of the billing office, the tenant. Settings: time_zone and feature choices.
CREATE TABLE ops.clients (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id   bigint GENERATED ALWAYS AS (id) STORED,
    name        text NOT NULL UNIQUE CHECK (name <> '' AND length(name) <= 200),
    time_zone   text NOT NULL DEFAULT 'America/New_York',
    settings    jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  text NOT NULL
);

-- A vendor account of a client. Secrets are encrypted by the application before they come here.
CREATE TABLE ops.connections (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id   bigint NOT NULL REFERENCES ops.clients,
    vendor      text NOT NULL,
    account     text NOT NULL,
    settings    jsonb NOT NULL,
    secret      bytea NOT NULL,
    practice    boolean NOT NULL DEFAULT false,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    updated_by  text NOT NULL,
    UNIQUE (client_id, vendor),
    -- Ledger and throttles go by the account: two clients with one account could not see each other's intents.
    UNIQUE (vendor, account)
);

-- A run: one execution of long work. progress: counts by phase; result: the closing summary.
CREATE TABLE ops.runs (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id           bigint NOT NULL REFERENCES ops.clients,
    kind                text NOT NULL,
    title               text NOT NULL,
    state               text NOT NULL CHECK (state IN
                        ('draft', 'queued', 'running', 'checked', 'finished', 'cancelled', 'failed', 'expired')),
    params              jsonb NOT NULL DEFAULT '{}',
    progress            jsonb NOT NULL DEFAULT '{}',
    result              jsonb,
    error               text,
    note                text,
    lane                text,
    secret              bytea,
    created_by          text NOT NULL,
    created_at          timestamptz NOT NULL DEFAULT now(),
    queued_at           timestamptz,
    started_at          timestamptz,
    heartbeat_at        timestamptz,
    finished_at         timestamptz,
    cancel_requested_at timestamptz,
    cancel_requested_by text,
    executor            text,
    attempts            integer NOT NULL DEFAULT 0
);
CREATE INDEX runs_by_client ON ops.runs (client_id, id DESC);
CREATE INDEX runs_open ON ops.runs (state) WHERE state IN ('draft', 'queued', 'running');

-- A file that belongs to a run: the upload and what the run made of it. path is relative to the files folder.
CREATE TABLE ops.run_files (
    run_id      bigint NOT NULL REFERENCES ops.runs,
    client_id   bigint NOT NULL REFERENCES ops.clients,
    role        text NOT NULL,
    name        text NOT NULL,
    path        text NOT NULL,
    bytes       bigint NOT NULL,
    sha256      text NOT NULL,
    made_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, role)
);

-- An intent: one write to a vendor that must happen at most once. docs/intents.md draws its life.
-- body: everything that is sent, frozen when planned; evidence: what a person sees beside the buttons.
CREATE TABLE ops.intents (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id       bigint NOT NULL REFERENCES ops.clients,
    account         text NOT NULL,
    run_id          bigint NOT NULL REFERENCES ops.runs,
    kind            text NOT NULL,
    natural_key     text NOT NULL,
    fingerprint     text NOT NULL DEFAULT '',
    state           text NOT NULL DEFAULT 'planned' CHECK (state IN
                    ('planned', 'sending', 'posted', 'refused', 'unknown', 'absent', 'cancelled')),
    amount          numeric(14,2),
    body            jsonb NOT NULL,
    vendor_id       text,
    problems        jsonb NOT NULL DEFAULT '[]',
    evidence        text,
    undecidable     boolean NOT NULL DEFAULT false,
    planned_at      timestamptz NOT NULL DEFAULT now(),
    sending_at      timestamptz,
    unknown_at      timestamptz,
    settled_at      timestamptz,
    decided_by      text,
    reason          text
);
-- The ledger's heart: a second sheet, a second user and a second worker lose here.
CREATE UNIQUE INDEX intents_at_most_once ON ops.intents (account, natural_key)
    WHERE state IN ('planned', 'sending', 'posted', 'unknown');
CREATE INDEX intents_by_run ON ops.intents (run_id, id);
CREATE INDEX intents_unsettled ON ops.intents (state) WHERE state IN ('sending', 'unknown');
CREATE UNIQUE INDEX intents_by_vendor_id ON ops.intents (account, kind, vendor_id) WHERE vendor_id IS NOT NULL;

-- The rate limit of one operation of one vendor account, shared by every process. Milliseconds.
CREATE TABLE ops.throttles (
    account         text NOT NULL,
    operation       text NOT NULL,
    minimum_ms      double precision NOT NULL,
    gap_ms          double precision NOT NULL,
    next_at         timestamptz NOT NULL DEFAULT '-infinity',
    refusals        bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (account, operation)
);

-- Who did what to which record, when, from where, with what outcome. Appended to, never changed.
CREATE TABLE ops.audit_events (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor       text NOT NULL,
    origin      text NOT NULL,
    client_id   bigint REFERENCES ops.clients,
    action      text NOT NULL CHECK (action ~ '^[a-z_]+:[a-z_]+:[a-z_]+:[a-z_]+$'),
    record      text NOT NULL,
    detail      jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_events_by_client ON ops.audit_events (client_id, id DESC);

-- A nickname that a biller accepted for a practice, provider or location.
CREATE TABLE ops.nicknames (
    client_id   bigint NOT NULL REFERENCES ops.clients,
    kind        text NOT NULL CHECK (kind IN ('practice', 'provider', 'location')),
    written     text NOT NULL,
    vendor_id   text NOT NULL,
    name        text NOT NULL,
    accepted_by text NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, kind, written)
);

-- A header of the biller's that stands for one of our columns.
CREATE TABLE ops.header_mappings (
    client_id   bigint NOT NULL REFERENCES ops.clients,
    header      text NOT NULL,
    column_key  text NOT NULL,
    PRIMARY KEY (client_id, header)
);

-- The last seen practices, providers and locations of a vendor account, for suggestions on pages.
CREATE TABLE ops.reference_lists (
    client_id   bigint NOT NULL REFERENCES ops.clients,
    account     text NOT NULL,
    kind        text NOT NULL,
    practice_id text NOT NULL DEFAULT '',
    entries     jsonb NOT NULL,
    fetched_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, account, kind, practice_id)
);

-- A row of a Charges sheet as it was read, and what became of it.
CREATE TABLE ops.charge_rows (
    run_id              bigint NOT NULL REFERENCES ops.runs,
    client_id           bigint NOT NULL REFERENCES ops.clients,
    row_number          integer NOT NULL,
    cells               jsonb NOT NULL,
    visit               integer,
    problems            jsonb NOT NULL DEFAULT '[]',
    outcome             text NOT NULL,
    payment_intent_id   bigint,
    encounter_intent_id bigint,
    PRIMARY KEY (run_id, row_number)
);
CREATE INDEX charge_rows_by_outcome ON ops.charge_rows (run_id, outcome);

-- A patient as Tebra showed them to a run: names, DOB, practice, cases with policies.
CREATE TABLE ops.charge_patients (
    run_id      bigint NOT NULL REFERENCES ops.runs,
    client_id   bigint NOT NULL REFERENCES ops.clients,
    patient_id  text NOT NULL,
    patient     jsonb,
    verified_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, patient_id)
);

-- What the charge list of a practice and day said of a posted encounter.
CREATE TABLE ops.charge_readbacks (
    intent_id   bigint PRIMARY KEY REFERENCES ops.intents,
    client_id   bigint NOT NULL REFERENCES ops.clients,
    run_id      bigint NOT NULL REFERENCES ops.runs,
    amount      numeric(14,2) NOT NULL,
    status      text NOT NULL,
    read_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX charge_readbacks_by_run ON ops.charge_readbacks (run_id);

-- Vendor calls of a run by operation, summed over its attempts.
CREATE TABLE ops.run_calls (
    run_id      bigint NOT NULL REFERENCES ops.runs,
    client_id   bigint NOT NULL REFERENCES ops.clients,
    operation   text NOT NULL,
    answered    bigint NOT NULL DEFAULT 0,
    throttled   bigint NOT NULL DEFAULT 0,
    failed      bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, operation)
);

-- Row-level security on every table with a client_id; the owner is held to it as well.
DO $$
DECLARE
    guarded text;
BEGIN
    FOR guarded IN
        SELECT c.relname
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'client_id'
        WHERE n.nspname = 'ops' AND c.relkind = 'r'
    LOOP
        EXECUTE format('ALTER TABLE ops.%I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE ops.%I FORCE ROW LEVEL SECURITY', guarded);
        IF guarded = 'audit_events' THEN
            EXECUTE 'CREATE POLICY scope ON ops.audit_events FOR SELECT
                     USING (ops.in_scope(client_id) OR current_setting(''daysheet.clients'', true) = ''*'')';
            -- Anything may be recorded: what an actor did outside its scope most of all.
            EXECUTE 'CREATE POLICY record ON ops.audit_events FOR INSERT
                     WITH CHECK (current_setting(''daysheet.actor'', true) <> '''')';
        ELSE
            EXECUTE format('CREATE POLICY scope ON ops.%I USING (ops.in_scope(client_id))
                            WITH CHECK (ops.in_scope(client_id))', guarded);
        END IF;
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA ops TO daysheet_app;
REVOKE UPDATE ON ops.audit_events FROM daysheet_app;
GRANT DELETE ON ops.charge_rows, ops.charge_patients, ops.run_files, ops.header_mappings, ops.nicknames TO daysheet_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA ops TO daysheet_app;
