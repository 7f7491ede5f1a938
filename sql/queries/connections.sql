-- name: connection^
-- A client's connection to a vendor.
SELECT id, client_id, vendor, account, settings, secret, practice FROM ops.connections
WHERE client_id = :client_id AND vendor = :vendor;

-- name: connection_for_update^
-- The same, held until the transaction ends.
SELECT version, secret, updated_at, updated_by FROM ops.connections
WHERE client_id = :client_id AND vendor = :vendor FOR UPDATE;

-- name: save_connection<!
-- Make or replace a client's connection to a vendor.
INSERT INTO ops.connections AS c
    (client_id, vendor, account, settings, secret, practice, updated_by, tested, tested_at)
VALUES (:client_id, :vendor, :account, :settings, :secret, :practice, :updated_by, :tested,
    CASE WHEN :tested::text IS NOT NULL THEN now() END)
ON CONFLICT (client_id, vendor) DO UPDATE
SET account = excluded.account, settings = excluded.settings, secret = excluded.secret, practice = excluded.practice,
    version = c.version + 1, updated_at = now(), updated_by = excluded.updated_by, tested = excluded.tested,
    tested_at = excluded.tested_at,
    secret_changed_at = CASE WHEN :same_secret THEN c.secret_changed_at ELSE now() END
RETURNING id;

-- name: connections
-- Every connection in scope, without its secret.
SELECT n.id, n.client_id, c.name AS client_name, n.vendor, n.account, n.settings, n.practice, n.version, n.updated_at,
    n.updated_by, n.secret_changed_at, n.tested, n.tested_at
FROM ops.connections n JOIN ops.clients c ON c.id = n.client_id ORDER BY c.name, n.vendor;

-- name: note_test!
-- How a test of a connection went.
UPDATE ops.connections SET tested = :tested, tested_at = now() WHERE id = :connection_id;
