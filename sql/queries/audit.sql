-- name: record!
-- Append events of one actor at one time; order is as given.
INSERT INTO ops.audit_events (at, actor, origin, client_id, action, record, detail, uid, mac, key_version)
SELECT :at, :actor, :origin, client_id, action, record, detail::jsonb, uid, mac, :key_version
FROM unnest(:client_ids::bigint[], :actions::text[], :records::text[], :details::text[], :uids::uuid[], :macs::bytea[])
     AS event (client_id, action, record, detail, uid, mac);

-- name: head^
-- The last seal.
SELECT number, digest, key_version, sealed_at FROM ops.audit_seals ORDER BY number DESC LIMIT 1;

-- name: waiting
-- Events that wait for their seal, oldest first.
SELECT e.id, e.at, e.actor, e.origin, e.client_id, e.action, e.record, e.detail::text AS detail,
       e.uid::text AS uid, e.mac, e.key_version
FROM ops.audit_waiting w JOIN ops.audit_events e ON e.id = w.event_id
ORDER BY w.event_id LIMIT :most;

-- name: count_waiting^
-- How many events wait, since when, and the first of those that are not there any more.
SELECT count(*) AS events, min(e.at) AS since, min(w.event_id) FILTER (WHERE e.id IS NULL) AS lost
FROM ops.audit_waiting w LEFT JOIN ops.audit_events e ON e.id = w.event_id;

-- name: count_without_mac$
-- How many waiting events were written before there was a chain.
SELECT count(*) FROM ops.audit_waiting w JOIN ops.audit_events e ON e.id = w.event_id WHERE e.mac IS NULL;

-- name: seal$
-- Add seals after the head.
SELECT ops.seal_audit(:head, :events::bigint[], :digests::bytea[], :version, :at);

-- name: hold_off_expiry$
-- Wait for an expiry that is under way, and keep the next one off until the transaction ends.
SELECT pg_advisory_xact_lock_shared(7305, 2);

-- name: sealed
-- Seals after a number, each with its event where that is still there.
SELECT s.number, s.event_id, s.digest, s.key_version AS seal_key_version, s.sealed_at,
       e.id, e.at, e.actor, e.origin, e.client_id, e.action, e.record, e.detail::text AS detail,
       e.uid::text AS uid, e.mac, e.key_version
FROM (SELECT * FROM ops.audit_seals WHERE number > :after ORDER BY number LIMIT :most) s
LEFT JOIN ops.audit_events e ON e.id = s.event_id
ORDER BY s.number;

-- name: events_of_action
-- Every event of an action, newest first.
SELECT e.id, e.at, e.actor, e.origin, e.client_id, e.action, e.record, e.detail::text AS detail,
       e.uid::text AS uid, e.mac, e.key_version, s.sealed_at
FROM ops.audit_events e LEFT JOIN ops.audit_seals s ON s.event_id = e.id
WHERE e.action = :action ORDER BY e.id DESC;

-- name: astray
-- Events that have no seal and wait for none.
SELECT e.id, e.at, e.actor, e.origin, e.client_id, e.action, e.record, e.detail::text AS detail,
       e.uid::text AS uid, e.mac, e.key_version
FROM ops.audit_events e
WHERE NOT EXISTS (SELECT FROM ops.audit_seals s WHERE s.event_id = e.id)
  AND NOT EXISTS (SELECT FROM ops.audit_waiting w WHERE w.event_id = e.id)
ORDER BY e.id LIMIT :most;

-- name: copied
-- Events that stand there more than once: the first and the last id of each.
SELECT min(id) AS first, max(id) AS last FROM ops.audit_events WHERE uid IS NOT NULL
GROUP BY uid HAVING count(*) > 1 ORDER BY 2 LIMIT :most;

-- name: seal_at^
-- One seal.
SELECT number, digest, key_version, sealed_at FROM ops.audit_seals WHERE number = :number;

-- name: first_number$
-- The oldest seal's number.
SELECT min(number) FROM ops.audit_seals;

-- name: last_sealed_before^
-- The last of the oldest seals that are all from before a time.
SELECT number, digest, key_version, sealed_at FROM ops.audit_seals
WHERE number < coalesce((SELECT min(number) FROM ops.audit_seals WHERE sealed_at >= :time),
                        (SELECT max(number) FROM ops.audit_seals))
ORDER BY number DESC LIMIT 1;

-- name: expire$
-- Let events and seals go up to a number.
SELECT ops.expire_audit(:through);

-- name: found
-- Events in scope, newest first; each condition holds where it is given.
SELECT e.id, e.at, e.actor, e.origin, e.client_id, c.name AS client_name, e.action, e.record, e.detail::text AS detail,
       e.uid::text AS uid, e.mac, e.key_version
FROM ops.audit_events e LEFT JOIN ops.clients c ON c.id = e.client_id
WHERE (:before::bigint IS NULL OR e.id < :before)
  AND (:actor::text IS NULL OR e.actor = :actor)
  AND (:action::text IS NULL OR starts_with(e.action, :action))
  AND (:outcome::text IS NULL OR split_part(e.action, ':', 4) = :outcome)
  AND (:record::text IS NULL OR e.record = :record)
  AND (:client_id::bigint IS NULL OR e.client_id = :client_id)
  AND (:since::timestamptz IS NULL OR e.at >= :since)
  AND (:until::timestamptz IS NULL OR e.at < :until)
ORDER BY e.id DESC LIMIT :most;
