-- name: reader_of$
-- The role that reads this client's reports, if there is one.
SELECT role_name FROM ops.readers WHERE client_id = :client_id;

-- name: add_reader!
-- The client whose reports a role reads.
INSERT INTO ops.readers (role_name, client_id, created_by) VALUES (:role, :client_id, :created_by);

-- name: drop_reader!
-- From here on the role reads nothing.
DELETE FROM ops.readers WHERE role_name = :role;
