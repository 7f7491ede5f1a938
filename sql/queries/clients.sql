-- name: add_client<!
-- A new client; returns its id.
INSERT INTO ops.clients (name, time_zone, created_by) VALUES (:name, :time_zone, :created_by)
ON CONFLICT (name) DO NOTHING RETURNING id;

-- name: list_clients
-- Clients in scope, by name.
SELECT id, name, time_zone, settings, created_at FROM ops.clients ORDER BY name;

-- name: client_by_name^
-- One client by its name, letter case ignored.
SELECT id, name, time_zone, settings, created_at FROM ops.clients WHERE lower(name) = lower(:name);

-- name: client_by_id^
-- One client.
SELECT id, name, time_zone, settings, created_at FROM ops.clients WHERE id = :client_id;

-- name: change_settings!
-- Change some of a client's settings.
UPDATE ops.clients SET settings = settings || :changes WHERE id = :client_id;
