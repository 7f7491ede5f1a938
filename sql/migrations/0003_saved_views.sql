-- Saved views: what somebody has narrowed a page to, and on Explore how rows are grouped and drawn, under a name.
-- A view belongs to one client. Its owner alone sees it until it is shared with all who see that client.
-- settings hold filters and columns as the application checked them, and no value of a personal column.

CREATE TABLE ops.saved_views (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id   bigint NOT NULL REFERENCES ops.clients,
    owner       text NOT NULL CHECK (owner <> ''),
    page        text NOT NULL CHECK (page ~ '^[a-z][a-z_]*$'),
    name        text NOT NULL CHECK (name <> '' AND length(name) <= 80),
    shared      boolean NOT NULL DEFAULT false,
    settings    jsonb NOT NULL,
    version     integer NOT NULL DEFAULT 1,
    changed_at  timestamptz NOT NULL DEFAULT now(),
    changed_by  text NOT NULL,
    UNIQUE (client_id, page, owner, name)
);

-- Whether the actor of this transaction is that owner.
CREATE FUNCTION ops.is_actor(owner text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT owner = current_setting('daysheet.actor', true)
$$;

ALTER TABLE ops.saved_views ENABLE ROW LEVEL SECURITY;
ALTER TABLE ops.saved_views FORCE ROW LEVEL SECURITY;
CREATE POLICY read ON ops.saved_views FOR SELECT
    USING (ops.in_scope(client_id) AND (shared OR ops.is_actor(owner)));
CREATE POLICY make ON ops.saved_views FOR INSERT
    WITH CHECK (ops.in_scope(client_id) AND ops.is_actor(owner));
-- What is shared is everybody's to change; to take it back is its owner's.
CREATE POLICY change ON ops.saved_views FOR UPDATE
    USING (ops.in_scope(client_id) AND (shared OR ops.is_actor(owner)))
    WITH CHECK (ops.in_scope(client_id) AND (shared OR ops.is_actor(owner)));
CREATE POLICY remove ON ops.saved_views FOR DELETE
    USING (ops.in_scope(client_id) AND ops.is_actor(owner));

GRANT SELECT, INSERT, DELETE ON ops.saved_views TO daysheet_app;
GRANT UPDATE (name, shared, settings, version, changed_at, changed_by) ON ops.saved_views TO daysheet_app;
GRANT USAGE ON SEQUENCE ops.saved_views_id_seq TO daysheet_app;
