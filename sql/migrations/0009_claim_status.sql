-- Claim status in bulk: which practice asks which payer, what a batch asks for, which windows were answered, and what
-- payers said. docs/decisions/0021_windows_of_claims.md and
-- 0022_claim_status.md have the reasons.

-- A practice that may ask a payer. tin: nine digits; it may be somebody's SSN, so it stands in no log and no address.
-- payer: the adapter's code; payer_id: the payer behind it; npi: who bills, for payers that want it.
CREATE TABLE ops.payer_practices (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id   bigint NOT NULL REFERENCES ops.clients,
    practice    text NOT NULL CHECK (practice <> '' AND length(practice) <= 200),
    tin         text NOT NULL CHECK (tin ~ '^[0-9]{9}$'),
    payer       text NOT NULL CHECK (payer ~ '^[a-z][a-z0-9_]*$'),
    payer_id    text NOT NULL CHECK (payer_id ~ '^[A-Z0-9]{2,20}$'),
    npi         text NOT NULL DEFAULT '' CHECK (npi ~ '^([0-9]{10})?$'),
    active      boolean NOT NULL DEFAULT true,
    version     integer NOT NULL DEFAULT 1,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    updated_by  text NOT NULL,
    UNIQUE (client_id, tin, payer, payer_id)
);

-- What a payer has said of a claim. claim_number: the payer's; account_number: the one it was billed under. latest: the
-- newest of that claim; the others are its history. asked_at: when the payer said so last, first_asked_at: first.
-- reasons: codes alone; detailed: they were asked for by themselves. That a claim is not found is an answer too.
CREATE TABLE ops.claim_answers (
    id                      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id               bigint NOT NULL REFERENCES ops.clients,
    payer                   text NOT NULL,
    payer_id                text NOT NULL,
    tin                     text NOT NULL,
    claim_number            text NOT NULL,
    account_number          text NOT NULL DEFAULT '',
    outcome                 text NOT NULL,
    final                   boolean NOT NULL,
    status                  text NOT NULL,
    patient_name            text NOT NULL DEFAULT '',
    subscriber_id           text NOT NULL DEFAULT '',
    first_service_date      date,
    last_service_date       date,
    received_on             date,
    processed_on            date,
    charged                 numeric(14,2),
    allowed                 numeric(14,2),
    paid                    numeric(14,2),
    patient_responsibility  numeric(14,2),
    check_numbers           text[] NOT NULL DEFAULT '{}',
    reasons                 text[] NOT NULL DEFAULT '{}',
    detailed                boolean NOT NULL DEFAULT false,
    latest                  boolean NOT NULL DEFAULT true,
    first_asked_at          timestamptz NOT NULL DEFAULT now(),
    asked_at                timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX claim_answers_latest ON ops.claim_answers (client_id, payer, payer_id, tin, claim_number)
    WHERE latest;
CREATE INDEX claim_answers_by_number ON ops.claim_answers (client_id, claim_number);
CREATE INDEX claim_answers_by_account ON ops.claim_answers (client_id, account_number) WHERE account_number <> '';

-- A row of a batch. asked: the columns of the file that mean something, never an SSN. tin, payer_id: whom it went to.
CREATE TABLE ops.claim_status_rows (
    run_id      bigint NOT NULL REFERENCES ops.runs,
    client_id   bigint NOT NULL REFERENCES ops.clients,
    row_number  integer NOT NULL,
    asked       jsonb NOT NULL,
    state       text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'answered', 'failed')),
    tin         text NOT NULL DEFAULT '',
    payer_id    text NOT NULL DEFAULT '',
    answer_id   bigint REFERENCES ops.claim_answers,
    from_cache  boolean NOT NULL DEFAULT false,
    error       text NOT NULL DEFAULT '',
    PRIMARY KEY (run_id, row_number)
);
CREATE INDEX claim_status_rows_by_state ON ops.claim_status_rows (run_id, state);
CREATE INDEX claim_status_rows_by_answer ON ops.claim_status_rows (answer_id);

-- A window of days that a batch has asked for, page by page: after a kill its answered pages are not asked for again.
-- round: how often failed rows were asked for anew. patient: empty, or a digest of the one who narrows a day that holds
-- too many claims. days: claims found so far by their first day. next_page: what the payer calls the page after; empty:
-- it was read to its end. overflowed: too many claims to be told.
CREATE TABLE ops.asked_windows (
    run_id      bigint NOT NULL REFERENCES ops.runs,
    client_id   bigint NOT NULL REFERENCES ops.clients,
    round       integer NOT NULL,
    tin         text NOT NULL,
    payer_id    text NOT NULL,
    first_day   date NOT NULL,
    last_day    date NOT NULL,
    patient     text NOT NULL DEFAULT '',
    pages       integer NOT NULL,
    days        jsonb NOT NULL DEFAULT '{}',
    next_page   text NOT NULL DEFAULT '',
    overflowed  boolean NOT NULL DEFAULT false,
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, round, tin, payer_id, first_day, last_day, patient)
);

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['payer_practices', 'claim_answers', 'claim_status_rows', 'asked_windows'] LOOP
        EXECUTE format('ALTER TABLE ops.%I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE ops.%I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY scope ON ops.%I USING (ops.in_scope(client_id))
                        WITH CHECK (ops.in_scope(client_id))', guarded);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON ops.payer_practices, ops.claim_answers, ops.claim_status_rows, ops.asked_windows
    TO daysheet_app;
GRANT USAGE ON SEQUENCE ops.payer_practices_id_seq, ops.claim_answers_id_seq TO daysheet_app;

INSERT INTO ops.role_permissions (role, permission)
VALUES ('biller', 'claim_status.view'), ('biller', 'claim_status.ask'),
       ('manager', 'claim_status.view'), ('manager', 'claim_status.ask'),
       -- Who maps practices to payers does it on that page.
       ('administrator', 'claim_status.view');
