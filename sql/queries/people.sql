-- name: add_person^
-- Purpose: a new person; nothing comes back where the login is taken.
-- Grain: person.
INSERT INTO ops.users (login, name, all_clients, created_by, changed_by)
VALUES (:login, :name, :all_clients, :who, :who)
ON CONFLICT (login) DO NOTHING
RETURNING id;

-- name: people
-- Purpose: everybody, with roles, clients in scope, second factor and last sign-in; one person with :user_id.
-- Grain: person.
SELECT u.id, u.login, u.name, u.all_clients, u.disabled_at, u.time_zone, u.landing_page, u.version,
       (SELECT coalesce(array_agg(r.role || ':' || r.given ORDER BY r.role), '{}')
        FROM ops.user_roles r WHERE r.user_id = u.id) AS roles,
       (SELECT coalesce(array_agg(c.client_id), '{}') FROM ops.user_clients c WHERE c.user_id = u.id) AS clients,
       EXISTS (SELECT FROM ops.second_factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS has_factor,
       EXISTS (SELECT FROM ops.passwords p WHERE p.user_id = u.id) AS has_password,
       (SELECT max(s.began_at) FROM ops.sessions s WHERE s.user_id = u.id AND NOT s.awaits_code) AS last_sign_in
FROM ops.users u
WHERE :user_id::bigint IS NULL OR u.id = :user_id
ORDER BY u.disabled_at IS NOT NULL, u.login;

-- name: person_id$
-- Purpose: the id of a login.
-- Grain: person.
SELECT id FROM ops.users WHERE login = :login;

-- name: change_person!
-- Purpose: change a person who is still at the version that was seen.
-- Grain: person.
UPDATE ops.users SET name = :name, all_clients = :all_clients, version = version + 1, changed_at = now(),
    changed_by = :who
WHERE id = :user_id AND version = :version;

-- name: set_disabled!
-- Purpose: disable a person, or let one in again.
-- Grain: person.
UPDATE ops.users SET disabled_at = CASE WHEN :disabled THEN now() END, version = version + 1, changed_at = now(),
    changed_by = :who
WHERE id = :user_id AND (disabled_at IS NOT NULL) <> :disabled;

-- name: save_preferences!
-- Purpose: keep what a person prefers.
-- Grain: person.
UPDATE ops.users SET time_zone = :time_zone, landing_page = :landing_page, changed_at = now(),
    changed_by = :who
WHERE id = :user_id;

-- name: drop_roles!
-- Purpose: take the roles of a person that were given so.
-- Grain: role of a person.
DELETE FROM ops.user_roles WHERE user_id = :user_id AND given = :given;

-- name: give_role!
-- Purpose: give a role.
-- Grain: role of a person.
INSERT INTO ops.user_roles (user_id, role, given) VALUES (:user_id, :role, :given) ON CONFLICT DO NOTHING;

-- name: drop_clients!
-- Purpose: take the clients of a person that are in the actor's scope.
-- Grain: client of a person.
DELETE FROM ops.user_clients WHERE user_id = :user_id;

-- name: give_client!
-- Purpose: let a person see a client.
-- Grain: client of a person.
INSERT INTO ops.user_clients (user_id, client_id) VALUES (:user_id, :client_id) ON CONFLICT DO NOTHING;

-- name: administrators_left$
-- Purpose: how many people could still administrate without this one.
-- Grain: office.
SELECT count(DISTINCT u.id) FROM ops.users u JOIN ops.user_roles r ON r.user_id = u.id AND r.role = 'administrator'
WHERE u.disabled_at IS NULL AND u.id <> :user_id;

-- name: one_at_a_time^
-- Purpose: whoever changes who administrates waits for the others who do.
-- Grain: office.
SELECT pg_advisory_xact_lock(hashtext('ops.user_roles: administrators'));

-- name: anybody$
-- Purpose: whether there is any person.
-- Grain: office.
SELECT EXISTS (SELECT FROM ops.users);

-- name: begin_wider!
-- Purpose: wider access for an hour.
-- Grain: wider access.
INSERT INTO ops.wider_access (user_id, reason) VALUES (:user_id, :reason);

-- name: end_wider!
-- Purpose: give wider access back.
-- Grain: wider access.
UPDATE ops.wider_access SET ends_at = now() WHERE user_id = :user_id AND ends_at > now();

-- name: wider
-- Purpose: the wider accesses of late, latest first.
-- Grain: wider access.
SELECT w.id, u.login, w.reason, w.began_at, w.ends_at FROM ops.wider_access w JOIN ops.users u ON u.id = w.user_id
ORDER BY w.began_at DESC LIMIT 100;

-- name: linked_person$
-- Purpose: who somebody at an identity provider is here.
-- Grain: identity.
SELECT user_id FROM ops.identities WHERE issuer = :issuer AND subject = :subject;

-- name: link_identity!
-- Purpose: remember who somebody at an identity provider is.
-- Grain: identity.
INSERT INTO ops.identities (issuer, subject, user_id, linked_by) VALUES (:issuer, :subject, :user_id, :who)
ON CONFLICT DO NOTHING;

-- name: identities_of
-- Purpose: the identities that let a person in.
-- Grain: identity.
SELECT issuer, subject, linked_at FROM ops.identities WHERE user_id = :user_id ORDER BY issuer, subject;

-- name: unlink_identity!
-- Purpose: an identity lets nobody in any more.
-- Grain: identity.
DELETE FROM ops.identities WHERE issuer = :issuer AND subject = :subject AND user_id = :user_id;

-- name: roles_of_groups
-- Purpose: the roles that groups of a provider give.
-- Grain: role.
SELECT DISTINCT role FROM ops.group_roles WHERE issuer = :issuer AND group_name = ANY(:groups);

-- name: group_roles
-- Purpose: which group gives which role.
-- Grain: group and role.
SELECT issuer, group_name, role FROM ops.group_roles ORDER BY issuer, group_name, role;

-- name: map_group!
-- Purpose: let a group give a role.
-- Grain: group and role.
INSERT INTO ops.group_roles (issuer, group_name, role) VALUES (:issuer, :group_name, :role) ON CONFLICT DO NOTHING;

-- name: unmap_group!
-- Purpose: a group gives a role no more.
-- Grain: group and role.
DELETE FROM ops.group_roles WHERE issuer = :issuer AND group_name = :group_name AND role = :role;
