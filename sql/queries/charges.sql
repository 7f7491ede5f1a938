-- name: clear_rows!
-- Forget the rows of a run before they are written anew.
DELETE FROM ops.charge_rows WHERE run_id = :run_id;

-- name: row_page
-- Rows of a run in sheet order, of one outcome or all, from the :skip-th on; grain: one row of the sheet.
SELECT row_number, cells, visit, problems, outcome, payment_intent_id, encounter_intent_id
FROM ops.charge_rows
WHERE run_id = :run_id AND (:outcome::text IS NULL OR outcome = :outcome)
  AND (NOT :only_problems OR jsonb_array_length(problems) > 0)
ORDER BY row_number OFFSET :skip LIMIT :most;

-- name: count_rows$
-- How many rows row_page would give in all.
SELECT count(*) FROM ops.charge_rows
WHERE run_id = :run_id AND (:outcome::text IS NULL OR outcome = :outcome)
  AND (NOT :only_problems OR jsonb_array_length(problems) > 0);

-- name: put_patients!
-- Keep patients as Tebra showed them; null for a patient that Tebra does not know.
INSERT INTO ops.charge_patients (run_id, client_id, patient_id, patient)
SELECT :run_id, :client_id, p.id, p.patient::jsonb
FROM unnest(:patient_ids::text[], :patients::text[]) AS p (id, patient)
ON CONFLICT (run_id, patient_id) DO UPDATE SET patient = excluded.patient, verified_at = now();

-- name: patients
-- The patients that a run has verified within :hours.
SELECT patient_id, patient FROM ops.charge_patients
WHERE run_id = :run_id AND verified_at > now() - make_interval(hours => :hours);

-- name: put_readback!
-- Keep what the charge list said of a posted encounter.
INSERT INTO ops.charge_readbacks (intent_id, client_id, run_id, amount, status)
VALUES (:intent_id, :client_id, :run_id, :amount, :status)
ON CONFLICT (intent_id) DO UPDATE SET amount = excluded.amount, status = excluded.status, read_at = now();

-- name: readbacks
-- What the charge list said of these intents.
SELECT intent_id, amount, status FROM ops.charge_readbacks WHERE intent_id = ANY (:intent_ids);

-- name: nicknames
-- The names that this client's billers have accepted.
SELECT kind, written, vendor_id, name FROM ops.nicknames WHERE client_id = :client_id;

-- name: put_nickname!
-- Remember what a written name means for this client.
INSERT INTO ops.nicknames (client_id, kind, written, vendor_id, name, accepted_by)
VALUES (:client_id, :kind, :written, :vendor_id, :name, :accepted_by)
ON CONFLICT (client_id, kind, written) DO UPDATE
SET vendor_id = excluded.vendor_id, name = excluded.name, accepted_by = excluded.accepted_by, accepted_at = now();

-- name: forget_nickname$
-- Forget what a written name means for this client; null when it was not known.
DELETE FROM ops.nicknames WHERE client_id = :client_id AND kind = :kind AND written = :written RETURNING vendor_id;

-- name: mappings
-- What this client's own headers mean.
SELECT header, column_key FROM ops.header_mappings WHERE client_id = :client_id;

-- name: put_mapping!
-- Remember what a header means for this client.
INSERT INTO ops.header_mappings (client_id, header, column_key) VALUES (:client_id, :header, :column_key)
ON CONFLICT (client_id, header) DO UPDATE SET column_key = excluded.column_key;

-- name: put_list!
-- Keep a reference list of a vendor account.
INSERT INTO ops.reference_lists (client_id, account, kind, practice_id, entries)
VALUES (:client_id, :account, :kind, :practice_id, :entries)
ON CONFLICT (client_id, account, kind, practice_id) DO UPDATE SET entries = excluded.entries, fetched_at = now();

-- name: lists
-- The reference lists of a vendor account that were fetched since :since.
SELECT kind, practice_id, entries, fetched_at FROM ops.reference_lists
WHERE client_id = :client_id AND account = :account AND fetched_at >= :since;

-- name: unknown_of_account
-- Unknown intents of a kind and account, of any run: those that look alike are decided together.
SELECT * FROM ops.intents WHERE account = :account AND kind = :kind AND state = 'unknown' ORDER BY id;
