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

-- name: save_connection<!
-- Make or replace a client's connection to a vendor.
INSERT INTO ops.connections AS c (client_id, vendor, account, settings, secret, practice, updated_by)
VALUES (:client_id, :vendor, :account, :settings, :secret, :practice, :updated_by)
ON CONFLICT (client_id, vendor) DO UPDATE
SET account = excluded.account, settings = excluded.settings, secret = excluded.secret, practice = excluded.practice,
    updated_at = now(), updated_by = excluded.updated_by
RETURNING id;

-- name: connection^
-- A client's connection to a vendor.
SELECT id, client_id, vendor, account, settings, secret, practice, updated_at FROM ops.connections
WHERE client_id = :client_id AND vendor = :vendor;

-- name: connections
-- Every connection in scope, without its secret.
SELECT n.id, n.client_id, c.name AS client_name, n.vendor, n.account, n.settings, n.practice, n.updated_at
FROM ops.connections n JOIN ops.clients c ON c.id = n.client_id ORDER BY c.name, n.vendor;

-- name: change_settings!
-- Change some of a client's settings.
UPDATE ops.clients SET settings = settings || :changes WHERE id = :client_id;
