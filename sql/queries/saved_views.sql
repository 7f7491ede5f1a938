-- name: of_page
-- Purpose: the views of a page that the actor may open, of some clients.
-- Grain: saved view.
SELECT id, client_id, owner, page, name, shared, settings, version, changed_at, changed_by
FROM ops.saved_views
WHERE page = :page AND client_id = ANY(:clients::bigint[])
ORDER BY lower(name), id;

-- name: one^
-- Purpose: one view, if the actor may open it.
-- Grain: saved view.
SELECT id, client_id, owner, page, name, shared, settings, version, changed_at, changed_by
FROM ops.saved_views
WHERE id = :id;

-- name: add^
-- Purpose: keep a new view; nothing comes back where the owner has one of that name.
-- Grain: saved view.
INSERT INTO ops.saved_views (client_id, owner, page, name, shared, settings, changed_by)
VALUES (:client_id, :owner, :page, :name, :shared, :settings, :owner)
ON CONFLICT (client_id, page, owner, name) DO NOTHING
RETURNING id, client_id, owner, page, name, shared, settings, version, changed_at, changed_by;

-- name: change^
-- Purpose: change a view that is still at the version that was seen.
-- Grain: saved view.
UPDATE ops.saved_views
SET name = :name, shared = :shared, settings = :settings, version = version + 1, changed_at = now(), changed_by = :who
WHERE id = :id AND version = :version
RETURNING id, client_id, owner, page, name, shared, settings, version, changed_at, changed_by;

-- name: remove^
-- Purpose: delete a view of the actor's own that is still at the version that was seen.
-- Grain: saved view.
DELETE FROM ops.saved_views WHERE id = :id AND version = :version RETURNING id;
