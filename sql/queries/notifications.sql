-- name: tell!
-- A notice that waits to be handed out.
INSERT INTO ops.notifications (event, client_id, subject, said, link)
VALUES (:event, :client_id, :subject, :said, :link);

-- name: channels
-- The office's channels, or those of one person; of all that this actor may see with :every.
SELECT id, owner, medium, name, shown, events, paused, last_sent_at, failing_since, version, changed_at, changed_by
FROM ops.notification_channels
WHERE :every OR owner IS NOT DISTINCT FROM :owner
ORDER BY name, id;

-- name: channel^
-- One channel with its sealed address.
SELECT id, owner, medium, name, address, shown, events, paused, last_sent_at, failing_since, version, changed_at,
       changed_by
FROM ops.notification_channels WHERE id = :channel_id;

-- name: add_channel<!
-- A new channel; returns its id.
INSERT INTO ops.notification_channels (owner, medium, name, address, shown, events, changed_by)
VALUES (:owner, :medium, :name, :address, :shown, :events, :who)
RETURNING id;

-- name: change_channel!
-- Change what was seen, the address only where a new one is given; nothing where somebody was faster.
UPDATE ops.notification_channels
SET name = :name, address = coalesce(:address, address), shown = coalesce(:shown, shown), events = :events,
    paused = :paused, failing_since = CASE WHEN :address::bytea IS NULL THEN failing_since END,
    version = version + 1, changed_at = now(), changed_by = :who
WHERE id = :channel_id AND version = :version;

-- name: remove_channel!
-- Take a channel away with what waits for it; nothing where somebody was faster.
DELETE FROM ops.notification_channels WHERE id = :channel_id AND version = :version;

-- name: hand_out!
-- Make a delivery of each waiting notice for each channel that wants its event. A person hears only of the clients that
-- the person sees, and of the whole office only who sees every client; who is disabled hears nothing. A channel that
-- was told of the same subject within :quiet seconds, or has it before it, stays quiet.
WITH waiting AS (
    UPDATE ops.notifications SET handed_out = true
    WHERE id IN (SELECT id FROM ops.notifications WHERE NOT handed_out ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING id, at, event, client_id, subject
)
INSERT INTO ops.notification_deliveries (notification_id, channel_id, state, next_at, settled_at)
SELECT w.id, c.id, CASE WHEN same.told THEN 'quiet' ELSE 'waiting' END, :now, CASE WHEN same.told THEN now() END
FROM waiting w
JOIN ops.notification_channels c ON w.event = ANY (c.events) AND NOT c.paused
LEFT JOIN ops.users u ON c.owner = 'person:' || u.login
CROSS JOIN LATERAL (
    SELECT EXISTS (
        SELECT FROM ops.notification_deliveries d JOIN ops.notifications n ON n.id = d.notification_id
        WHERE d.channel_id = c.id AND d.state IN ('waiting', 'sent') AND n.event = w.event AND n.subject = w.subject
          AND n.at > w.at - make_interval(secs => :quiet)
    ) OR EXISTS (
        SELECT FROM waiting b WHERE b.event = w.event AND b.subject = w.subject AND b.id < w.id
    ) AS told
) same
WHERE c.owner IS NULL
   OR (u.disabled_at IS NULL AND (u.all_clients OR EXISTS (
           SELECT FROM ops.user_clients x WHERE x.user_id = u.id AND x.client_id = w.client_id)));

-- name: take_delivery^
-- The next delivery whose time has come; until :again it is this sender's.
UPDATE ops.notification_deliveries d
SET attempts = attempts + 1, next_at = :again
FROM ops.notifications n, ops.notification_channels c
WHERE n.id = d.notification_id AND c.id = d.channel_id
  AND (d.notification_id, d.channel_id) IN (
      SELECT notification_id, channel_id FROM ops.notification_deliveries
      WHERE state = 'waiting' AND next_at <= :now
      ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING d.notification_id, d.channel_id, d.attempts, n.at, n.event, n.subject, n.said, n.link, c.address, c.paused;

-- name: kept_quiet$
-- How many notices of a subject a channel was spared since it was last told of it.
SELECT count(*) FROM ops.notification_deliveries d JOIN ops.notifications n ON n.id = d.notification_id
WHERE d.channel_id = :channel_id AND d.state = 'quiet' AND n.event = :event AND n.subject = :subject
  AND n.id > coalesce((
      SELECT max(e.notification_id) FROM ops.notification_deliveries e JOIN ops.notifications m ON m.id = e.notification_id
      WHERE e.channel_id = :channel_id AND e.state = 'sent' AND m.event = :event AND m.subject = :subject), 0);

-- name: settle_delivery!
-- How a delivery ended.
UPDATE ops.notification_deliveries SET state = :state, settled_at = now()
WHERE notification_id = :notification_id AND channel_id = :channel_id AND state = 'waiting';

-- name: put_off_delivery!
-- It did not arrive; when it is tried again.
UPDATE ops.notification_deliveries SET next_at = :next_at
WHERE notification_id = :notification_id AND channel_id = :channel_id AND state = 'waiting';

-- name: channel_works!
-- Something has arrived.
UPDATE ops.notification_channels SET last_sent_at = :now, failing_since = NULL WHERE id = :channel_id;

-- name: channel_fails!
-- Something has not arrived.
UPDATE ops.notification_channels SET failing_since = coalesce(failing_since, :now) WHERE id = :channel_id;

-- name: latest
-- The newest notices in scope with what became of them in all channels that the actor may see.
SELECT n.id, n.at, n.event, n.said, n.link, c.name AS channel, d.state, d.attempts
FROM ops.notifications n
LEFT JOIN (ops.notification_deliveries d JOIN ops.notification_channels c ON c.id = d.channel_id)
    ON d.notification_id = n.id
WHERE n.id IN (SELECT id FROM ops.notifications ORDER BY id DESC LIMIT :most)
ORDER BY n.id DESC, c.name;

-- name: forget_notices!
-- Forget notices from before then, and their deliveries.
DELETE FROM ops.notifications WHERE at < :before AND handed_out;
