-- Connections: who saves must have seen the latest; when the secrets changed; how the last test at the vendor went.
ALTER TABLE ops.connections
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN secret_changed_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN tested text CHECK (tested IN ('let_in', 'refused', 'unreached')),
    ADD COLUMN tested_at timestamptz;
ALTER TABLE ops.connections NO FORCE ROW LEVEL SECURITY;
UPDATE ops.connections SET secret_changed_at = updated_at;
ALTER TABLE ops.connections FORCE ROW LEVEL SECURITY;
