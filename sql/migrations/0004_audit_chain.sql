-- The audit as a chain: every event with a keyed mac of its own, sealed one after the other within seconds.
-- docs/audit.md has the forms, docs/decisions/0014_audit_chain.md the reasons.

-- Data keys, each wrapped under the instance's key, which is never in the database.
CREATE TABLE ops.keys (
    name        text NOT NULL,
    version     integer NOT NULL,
    wrapped     bytea NOT NULL,
    made_at     timestamptz NOT NULL DEFAULT now(),
    wrapped_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, version)
);
GRANT SELECT ON ops.keys TO daysheet_app;

-- uid, mac: made by the application; none where an event was written before there was a chain.
ALTER TABLE ops.audit_events
    ADD COLUMN uid uuid,
    ADD COLUMN mac bytea,
    ADD COLUMN key_version integer;
CREATE INDEX audit_events_by_actor ON ops.audit_events (actor, id DESC);
CREATE INDEX audit_events_by_record ON ops.audit_events (record, id DESC);
CREATE INDEX audit_events_by_action ON ops.audit_events (action text_pattern_ops, id DESC);

-- An event's place in the chain; digest: keyed, over the seal before, the place and the event.
CREATE TABLE ops.audit_seals (
    number      bigint PRIMARY KEY,
    event_id    bigint NOT NULL UNIQUE,
    digest      bytea NOT NULL,
    key_version integer NOT NULL,
    sealed_at   timestamptz NOT NULL
);
ALTER TABLE ops.audit_seals ENABLE ROW LEVEL SECURITY;
ALTER TABLE ops.audit_seals FORCE ROW LEVEL SECURITY;
-- The chain goes through all clients, so only who sees all of them sees it.
CREATE POLICY office ON ops.audit_seals
    USING ((SELECT ops.all_clients_in_scope())) WITH CHECK ((SELECT ops.all_clients_in_scope()));
GRANT SELECT ON ops.audit_seals TO daysheet_app;

-- Events that wait for their seal. A place of their own, because ids are not committed in their order.
CREATE TABLE ops.audit_waiting (
    event_id    bigint PRIMARY KEY
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
GRANT SELECT ON ops.audit_waiting TO daysheet_app;
ALTER TABLE ops.audit_events NO FORCE ROW LEVEL SECURITY;
INSERT INTO ops.audit_waiting SELECT id FROM ops.audit_events;
ALTER TABLE ops.audit_events FORCE ROW LEVEL SECURITY;

CREATE FUNCTION ops.await_seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO ops.audit_waiting SELECT id FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER await_seal AFTER INSERT ON ops.audit_events
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ops.await_seal();

-- Adds seals after number `head`: in one piece, without a gap, once an event. The application cannot write them else.
CREATE FUNCTION ops.seal_audit(head bigint, events bigint[], digests bytea[], version integer, at timestamptz)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    taken bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7305, 1);
    IF NOT ops.all_clients_in_scope()
        OR head <> (SELECT coalesce(max(number), 0) FROM ops.audit_seals)
        OR cardinality(events) <> cardinality(digests)
        OR at NOT BETWEEN clock_timestamp() - interval '1 hour' AND clock_timestamp() + interval '1 hour' THEN
        RAISE EXCEPTION 'the chain has another head' USING ERRCODE = 'serialization_failure';
    END IF;
    DELETE FROM ops.audit_waiting WHERE event_id = ANY (events);
    GET DIAGNOSTICS taken = ROW_COUNT;
    IF taken <> cardinality(events) THEN
        RAISE EXCEPTION 'an event has its seal' USING ERRCODE = 'serialization_failure';
    END IF;
    INSERT INTO ops.audit_seals (number, event_id, digest, key_version, sealed_at)
    SELECT head + place, event, digest, version, at
    FROM unnest(events, digests) WITH ORDINALITY AS sealed (event, digest, place);
END $$;

-- Lets events go with their seals up to a number, from the oldest on, none of which is younger than six years, and
-- never the last. Waits for whoever verifies.
CREATE FUNCTION ops.expire_audit(through bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7305, 1);
    PERFORM pg_advisory_xact_lock(7305, 2);
    IF NOT ops.all_clients_in_scope() OR through >= (SELECT max(number) FROM ops.audit_seals)
        OR EXISTS (SELECT FROM ops.audit_seals
                   WHERE number <= through AND sealed_at > clock_timestamp() - interval '6 years') THEN
        RAISE EXCEPTION 'audit events are kept for six years' USING ERRCODE = 'insufficient_privilege';
    END IF;
    DELETE FROM ops.audit_events e USING ops.audit_seals s WHERE s.number <= through AND e.id = s.event_id;
    DELETE FROM ops.audit_seals WHERE number <= through;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

-- The owner is held to the row-level security as well, and only expire_audit deletes.
CREATE POLICY expire ON ops.audit_events FOR DELETE USING (current_setting('daysheet.clients', true) = '*');

REVOKE ALL ON FUNCTION ops.await_seal(), ops.seal_audit(bigint, bigint[], bytea[], integer, timestamptz),
    ops.expire_audit(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ops.seal_audit(bigint, bigint[], bytea[], integer, timestamptz), ops.expire_audit(bigint)
    TO daysheet_app;
