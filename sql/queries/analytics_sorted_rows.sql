-- Rows in any order. {…} is filled by code, with vetted names and paths of its own.

-- name: of_view
-- The rows of a view in an order that leaves nothing open. Grain: a row of the view.
SELECT {columns} FROM reporting.{view} WHERE {conditions} ORDER BY {order}, {columns}

-- name: of_file
-- The rows of one copied file as they may be seen, each with its place among the rows of all files. Grain: a row of the file.
SELECT {shown}, file_row_number + {before} AS {place} FROM read_parquet({file}, file_row_number = true)

-- name: ranked
-- The places of the wanted rows of some copied files in the order of their keys; rows that tie stay as they lie.
-- Grain: a wanted row.
SELECT {place} FROM ({files}) AS copied WHERE {conditions} ORDER BY {order}, {place}

-- name: found
-- The wanted rows of the same files as they lie. Grain: a wanted row.
SELECT {place}, {columns} FROM ({files}) AS copied WHERE {conditions}
