-- Recurring work as rows that people change, work of the whole office as runs, and what is told to whom.

-- A run without a client is work of the whole office (a backup, the retention): who sees every client sees it.
ALTER TABLE ops.runs ALTER COLUMN client_id DROP NOT NULL;

-- One row a kind of recurring work, and a client where it is a client's. rule: five fields of cron, read on the clock
-- of time_zone (NULL: the client's), or “every N minutes”. next_at: the time that is to be started next; one in the
-- past is owed, and whoever changes the rule leaves it so. NULL: paused, or its own feature starts it.
-- counts_from: times before it are not made good; set when a pause ends. version: who saves must have seen the latest.
CREATE TABLE ops.schedules (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL CHECK (kind ~ '^[a-z][a-z_]*$'),
    client_id   bigint REFERENCES ops.clients,
    rule        text NOT NULL,
    time_zone   text CHECK ((time_zone IS NULL) = (client_id IS NOT NULL)),
    paused      boolean NOT NULL DEFAULT false,
    next_at     timestamptz,
    counts_from timestamptz,
    version     integer NOT NULL DEFAULT 1,
    changed_at  timestamptz NOT NULL DEFAULT now(),
    changed_by  text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (kind, client_id)
);

-- A scheduled time that was taken: whoever makes its row starts it, and nobody else can.
-- run_id NULL: nothing was started, and note says why.
CREATE TABLE ops.schedule_times (
    schedule_id bigint NOT NULL REFERENCES ops.schedules,
    client_id   bigint REFERENCES ops.clients,
    due_at      timestamptz NOT NULL,
    taken_at    timestamptz NOT NULL DEFAULT now(),
    run_id      bigint REFERENCES ops.runs ON DELETE SET NULL,
    note        text,
    asked_by    text NOT NULL,
    PRIMARY KEY (schedule_id, due_at)
);

ALTER TABLE ops.schedules ENABLE ROW LEVEL SECURITY;
ALTER TABLE ops.schedules FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON ops.schedules USING (ops.in_scope(client_id)) WITH CHECK (ops.in_scope(client_id));
ALTER TABLE ops.schedule_times ENABLE ROW LEVEL SECURITY;
ALTER TABLE ops.schedule_times FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON ops.schedule_times USING (ops.in_scope(client_id)) WITH CHECK (ops.in_scope(client_id));

GRANT SELECT, INSERT ON ops.schedules TO daysheet_app;
GRANT UPDATE (rule, time_zone, paused, next_at, counts_from, version, changed_at, changed_by) ON ops.schedules
    TO daysheet_app;
GRANT SELECT, INSERT, DELETE ON ops.schedule_times TO daysheet_app;
GRANT UPDATE (run_id, note) ON ops.schedule_times TO daysheet_app;
GRANT USAGE ON SEQUENCE ops.schedules_id_seq TO daysheet_app;

-- Until now the time of day of a client's reports was one of the client's settings.
DO $$ BEGIN PERFORM set_config('daysheet.clients', '*', true); END $$;
INSERT INTO ops.schedules (kind, client_id, rule, changed_by)
SELECT 'report_sync', c.id,
       CASE WHEN c.settings ->> 'reports_at' ~ '^([01]?[0-9]|2[0-3]):[0-5][0-9]$'
            THEN format('%s %s * * *', split_part(c.settings ->> 'reports_at', ':', 2)::integer,
                        split_part(c.settings ->> 'reports_at', ':', 1)::integer)
            ELSE '0 5 * * *' END,
       'job:migration'
FROM ops.clients c
WHERE EXISTS (SELECT FROM ops.connections n WHERE n.client_id = c.id AND n.vendor = 'collaboratemd');

-- Since when a report is asked for by itself: since it was switched on, whatever of its setting changes later.
ALTER TABLE warehouse.report_settings ADD COLUMN scheduled_from timestamptz NOT NULL DEFAULT now();
UPDATE warehouse.report_settings SET scheduled_from = updated_at;

-- Where notices go: the office's channels (owner NULL), and those of a person (owner “person:LOGIN”).
-- address: encrypted, and shown to nobody again; shown: what may be shown of it. events: what it is told of.
-- failing_since: the first of the tries that have failed since the last that arrived.
CREATE TABLE ops.notification_channels (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner           text CHECK (owner ~ '^person:.'),
    medium          text NOT NULL CHECK (medium IN ('email', 'sms', 'teams', 'slack', 'webhook')),
    name            text NOT NULL CHECK (name <> '' AND length(name) <= 80),
    address         bytea NOT NULL,
    shown           text NOT NULL,
    events          text[] NOT NULL,
    paused          boolean NOT NULL DEFAULT false,
    last_sent_at    timestamptz,
    failing_since   timestamptz,
    version         integer NOT NULL DEFAULT 1,
    changed_at      timestamptz NOT NULL DEFAULT now(),
    changed_by      text NOT NULL
);

-- What happened, in a sentence without a patient, written with it in one transaction. subject: what makes two notices
-- the same to somebody who has just been told. link: a path of the web application.
CREATE TABLE ops.notifications (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT now(),
    event       text NOT NULL,
    client_id   bigint REFERENCES ops.clients,
    subject     text NOT NULL,
    said        text NOT NULL,
    link        text NOT NULL CHECK (link ~ '^/([^/]|$)'),
    handed_out  boolean NOT NULL DEFAULT false
);
CREATE INDEX notifications_waiting ON ops.notifications (id) WHERE NOT handed_out;

-- A notice on its way to one channel. quiet: not sent, because the channel has just been told of the same.
CREATE TABLE ops.notification_deliveries (
    notification_id bigint NOT NULL REFERENCES ops.notifications ON DELETE CASCADE,
    channel_id      bigint NOT NULL REFERENCES ops.notification_channels ON DELETE CASCADE,
    state           text NOT NULL CHECK (state IN ('waiting', 'sent', 'quiet', 'failed')),
    attempts        integer NOT NULL DEFAULT 0,
    next_at         timestamptz NOT NULL DEFAULT now(),
    settled_at      timestamptz,
    PRIMARY KEY (notification_id, channel_id)
);
CREATE INDEX notification_deliveries_waiting ON ops.notification_deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX notification_deliveries_of_channel ON ops.notification_deliveries (channel_id, notification_id DESC);

ALTER TABLE ops.notification_channels ENABLE ROW LEVEL SECURITY;
ALTER TABLE ops.notification_channels FORCE ROW LEVEL SECURITY;
-- A person's channels are that person's; the office's jobs send to all of them.
CREATE POLICY own ON ops.notification_channels
    USING (owner IS NULL OR ops.is_actor(owner) OR current_setting('daysheet.actor', true) LIKE 'job:%');
ALTER TABLE ops.notifications ENABLE ROW LEVEL SECURITY;
ALTER TABLE ops.notifications FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON ops.notifications
    USING (ops.in_scope(client_id)) WITH CHECK (current_setting('daysheet.actor', true) <> '');

GRANT SELECT, INSERT, DELETE ON ops.notification_channels TO daysheet_app;
GRANT UPDATE (name, address, shown, events, paused, last_sent_at, failing_since, version, changed_at, changed_by)
    ON ops.notification_channels TO daysheet_app;
GRANT SELECT, INSERT, DELETE ON ops.notifications TO daysheet_app;
GRANT UPDATE (handed_out) ON ops.notifications TO daysheet_app;
GRANT SELECT, INSERT, DELETE ON ops.notification_deliveries TO daysheet_app;
GRANT UPDATE (state, attempts, next_at, settled_at) ON ops.notification_deliveries TO daysheet_app;
GRANT USAGE ON SEQUENCE ops.notification_channels_id_seq, ops.notifications_id_seq TO daysheet_app;
