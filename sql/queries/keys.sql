-- name: versions_of_key
-- A data key's versions, wrapped.
SELECT version, wrapped FROM ops.keys WHERE name = :name ORDER BY version;

-- name: add_key!
-- Keep a data key, unless that version is there.
INSERT INTO ops.keys (name, version, wrapped) VALUES (:name, :version, :wrapped) ON CONFLICT DO NOTHING;

-- name: all_keys
-- Every data key, held until the transaction ends.
SELECT name, version, wrapped FROM ops.keys ORDER BY name, version FOR UPDATE;

-- name: kept_keys
-- Every data key.
SELECT name, version, wrapped FROM ops.keys ORDER BY name, version;

-- name: rewrap_key!
-- The same data key under another key of the instance.
UPDATE ops.keys SET wrapped = :wrapped, wrapped_at = now() WHERE name = :name AND version = :version;
