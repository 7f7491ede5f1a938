-- name: record!
-- Append one event. action is area:record:action:outcome.
INSERT INTO ops.audit_events (actor, origin, client_id, action, record, detail)
VALUES (:actor, :origin, :client_id, :action, :record, :detail);
