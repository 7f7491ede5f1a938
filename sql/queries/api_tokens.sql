-- name: in_force
-- Purpose: the tokens that are in force, for the API's door.
-- Grain: token.
SELECT * FROM ops.api_tokens_in_force();

-- name: tokens
-- Purpose: every token with its clients in scope, those in force first; one token with :token_id.
-- Grain: token.
SELECT t.id, t.name, t.beginning, t.scopes, t.all_clients, t.a_minute, t.made_at, t.made_by, t.ends_at, t.revoked_at,
       t.used_at, t.revoked_at IS NULL AND t.ends_at > now() AS in_force,
       (SELECT coalesce(array_agg(c.client_id), '{}') FROM ops.api_token_clients c WHERE c.token_id = t.id) AS clients
FROM ops.api_tokens t
WHERE :token_id::bigint IS NULL OR t.id = :token_id
ORDER BY (t.revoked_at IS NULL AND t.ends_at > now()) DESC, t.name;

-- name: add_token^
-- Purpose: a new token; nothing comes back where the name is taken.
-- Grain: token.
INSERT INTO ops.api_tokens (name, beginning, token_digest, scopes, all_clients, a_minute, ends_at, made_by)
VALUES (:name, :beginning, :digest, :scopes, :all_clients, :a_minute, :ends_at, :who)
ON CONFLICT (name) DO NOTHING
RETURNING id;

-- name: give_client!
-- Purpose: let a token see a client.
-- Grain: client of a token.
INSERT INTO ops.api_token_clients (token_id, client_id) VALUES (:token_id, :client_id) ON CONFLICT DO NOTHING;

-- name: revoke!
-- Purpose: end a token that is not revoked.
-- Grain: token.
UPDATE ops.api_tokens SET revoked_at = now(), revoked_by = :who WHERE id = :token_id AND revoked_at IS NULL;

-- name: note_use!
-- Purpose: keep when a token was used last.
-- Grain: token.
UPDATE ops.api_tokens SET used_at = now() WHERE id = :token_id;

-- name: claim_run_key!
-- Purpose: take a key for a run that is about to be made; nothing is taken where somebody has it.
-- Grain: key of a token.
INSERT INTO ops.api_run_keys (token_id, key_digest, client_id, asked_digest)
VALUES (:token_id, :key, :client_id, :asked)
ON CONFLICT (token_id, key_digest) DO NOTHING;

-- name: run_key^
-- Purpose: what a key was used for; stale: whoever took it has left it without a run.
-- Grain: key of a token.
SELECT asked_digest, run_id, run_id IS NULL AND claimed_at < now() - interval '2 minutes' AS stale
FROM ops.api_run_keys WHERE token_id = :token_id AND key_digest = :key;

-- name: settle_run_key!
-- Purpose: keep which run came of a key.
-- Grain: key of a token.
UPDATE ops.api_run_keys SET run_id = :run_id WHERE token_id = :token_id AND key_digest = :key;

-- name: release_run_key!
-- Purpose: give a key free that led to no run.
-- Grain: key of a token.
DELETE FROM ops.api_run_keys WHERE token_id = :token_id AND key_digest = :key AND run_id IS NULL;

-- name: drop_old_run_keys!
-- Purpose: forget keys that nobody will send again.
-- Grain: key of a token.
DELETE FROM ops.api_run_keys WHERE claimed_at < now() - interval '30 days';
