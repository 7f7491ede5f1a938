-- name: practices
-- The practices of a client, or of all in scope, that may ask payers.
SELECT p.id, p.client_id, c.name AS client_name, p.practice, p.tin, p.payer, p.payer_id, p.npi, p.active, p.version
FROM ops.payer_practices p JOIN ops.clients c ON c.id = p.client_id
WHERE (:client_id::bigint IS NULL OR p.client_id = :client_id)
ORDER BY c.name, p.practice, p.payer, p.payer_id, p.id;

-- name: map_practice<!
-- Let a practice ask a payer, or change how it does.
INSERT INTO ops.payer_practices AS p (client_id, practice, tin, payer, payer_id, npi, active, updated_by)
VALUES (:client_id, :practice, :tin, :payer, :payer_id, :npi, :active, :who)
ON CONFLICT (client_id, tin, payer, payer_id) DO UPDATE
SET practice = excluded.practice, npi = CASE WHEN excluded.npi = '' THEN p.npi ELSE excluded.npi END,
    active = excluded.active, version = p.version + 1, updated_at = now(), updated_by = excluded.updated_by
RETURNING id;

-- name: pending
-- The rows of a batch that are still to be answered.
SELECT row_number, asked FROM ops.claim_status_rows WHERE run_id = :run_id AND state = 'pending' ORDER BY row_number;

-- name: fail_rows!
-- Rows that cannot be asked for, or were not answered, each with its sentence.
UPDATE ops.claim_status_rows r SET state = 'failed', error = f.error
FROM unnest(:rows::integer[], :errors::text[]) AS f (row_number, error)
WHERE r.run_id = :run_id AND r.row_number = f.row_number AND r.state = 'pending';

-- name: place_rows!
-- Which tax id and payer rows go to, and the days that our own books know of them.
UPDATE ops.claim_status_rows r SET tin = p.tin, payer_id = p.payer_id, asked = p.asked
FROM unnest(:rows::integer[], :tins::text[], :payer_ids::text[], :asked::jsonb[]) AS p (row_number, tin, payer_id, asked)
WHERE r.run_id = :run_id AND r.row_number = p.row_number;

-- name: settle_from_kept!
-- Answer pending rows with what the payer has said lately: final answers from :final_since on, others :other_since on.
UPDATE ops.claim_status_rows r SET state = 'answered', answer_id = k.id, from_cache = true, error = ''
FROM (
    SELECT DISTINCT ON (w.row_number) w.row_number, a.id
    FROM ops.claim_status_rows w
    JOIN ops.claim_answers a ON a.client_id = w.client_id AND a.latest AND a.payer = :payer AND a.tin = w.tin
         AND a.payer_id = w.payer_id
         AND (a.claim_number = w.asked ->> 'claim_number' OR a.account_number = w.asked ->> 'claim_number')
    WHERE w.run_id = :run_id AND w.state = 'pending' AND w.tin <> ''
      AND a.asked_at >= CASE WHEN a.final THEN :final_since::timestamptz ELSE :other_since::timestamptz END
    ORDER BY w.row_number, (a.outcome = 'not found'), a.asked_at DESC
) k
WHERE r.run_id = :run_id AND r.row_number = k.row_number;

-- name: settle_rows!
-- Answer rows by what was just kept.
UPDATE ops.claim_status_rows r SET state = 'answered', answer_id = s.answer_id, from_cache = false, error = ''
FROM unnest(:rows::integer[], :answers::bigint[]) AS s (row_number, answer_id)
WHERE r.run_id = :run_id AND r.row_number = s.row_number AND r.state = 'pending';

-- name: latest_answers
-- The latest answers about claims of these numbers, locked while they are compared with newer ones.
SELECT * FROM ops.claim_answers
WHERE client_id = :client_id AND payer = :payer AND payer_id = :payer_id AND tin = :tin AND latest
  AND claim_number = ANY (:numbers)
ORDER BY claim_number
FOR UPDATE;

-- name: still_so!
-- The payer says the same as before.
UPDATE ops.claim_answers SET asked_at = now() WHERE id = ANY (:ids);

-- name: outdate!
-- These answers are history.
UPDATE ops.claim_answers SET latest = false WHERE id = ANY (:ids);

-- name: add_reasons!
-- Why a claim was refused, as its detail says.
UPDATE ops.claim_answers SET reasons = :reasons, detailed = true,
    check_numbers = CASE WHEN :checks::text[] = '{}' THEN check_numbers ELSE :checks END
WHERE id = :answer_id;

-- name: windows
-- The windows that a batch has asked for in this round.
SELECT tin, payer_id, first_day, last_day, patient, pages, days, next_page, overflowed
FROM ops.asked_windows WHERE run_id = :run_id AND round = :round ORDER BY at;

-- name: put_window!
-- How far a window was read.
INSERT INTO ops.asked_windows
    (run_id, client_id, round, tin, payer_id, first_day, last_day, patient, pages, days, next_page, overflowed)
VALUES (:run_id, :client_id, :round, :tin, :payer_id, :first_day, :last_day, :patient, :pages, :days, :next_page,
        :overflowed)
ON CONFLICT (run_id, round, tin, payer_id, first_day, last_day, patient) DO UPDATE
SET pages = excluded.pages, days = excluded.days, next_page = excluded.next_page, overflowed = excluded.overflowed,
    at = now();

-- name: to_detail
-- Answers to rows of a batch that are refused, and whose reasons were not asked for.
SELECT DISTINCT ON (a.id) a.*, r.row_number
FROM ops.claim_status_rows r JOIN ops.claim_answers a ON a.id = r.answer_id
WHERE r.run_id = :run_id AND r.tin = :tin AND r.payer_id = :payer_id AND r.state = 'answered'
  AND NOT a.detailed AND a.outcome = ANY (:outcomes)
ORDER BY a.id;

-- name: places
-- The places that rows of a batch were sent to.
SELECT DISTINCT tin, payer_id FROM ops.claim_status_rows WHERE run_id = :run_id AND tin <> '' ORDER BY tin, payer_id;

-- name: try_again!
-- Let the failed rows of a batch be asked for anew.
UPDATE ops.claim_status_rows SET state = 'pending', error = '' WHERE run_id = :run_id AND state = 'failed';

-- name: sums
-- Rows of a batch by state and outcome.
SELECT r.state, coalesce(a.outcome, '') AS outcome, count(*) AS rows, count(*) FILTER (WHERE r.from_cache) AS from_cache,
       sum(a.paid) AS paid, sum(a.charged) AS charged
FROM ops.claim_status_rows r LEFT JOIN ops.claim_answers a ON a.id = r.answer_id
WHERE r.run_id = :run_id GROUP BY 1, 2 ORDER BY 1, 2;

-- name: results
-- Rows of a batch in file order with what was answered; of one outcome, of the failed ones, or of all.
SELECT r.row_number, r.asked, r.state, r.error, r.from_cache, a.claim_number, a.account_number, a.outcome, a.status,
       a.patient_name, a.charged, a.allowed, a.paid, a.patient_responsibility, a.processed_on, a.check_numbers, a.reasons,
       a.asked_at, count(*) OVER () AS total
FROM ops.claim_status_rows r LEFT JOIN ops.claim_answers a ON a.id = r.answer_id
WHERE r.run_id = :run_id
  AND (:outcome::text IS NULL OR a.outcome = :outcome)
  AND (:state::text IS NULL OR r.state = :state)
ORDER BY r.row_number
OFFSET :skip LIMIT :most;

-- name: own_claims
-- What our own reports know of claims, by the numbers that they were billed under: days, practice, patient.
SELECT claim_id, min(first_day) AS first_day, max(last_day) AS last_day, min(practice) AS practice
FROM (
    SELECT r.claim_id, r.charge_from_date AS first_day, coalesce(r.charge_to_date, r.charge_from_date) AS last_day,
           r.practice_name AS practice
    FROM reporting.ar_aging_rows r WHERE r.client_id = :client_id AND r.claim_id = ANY (:numbers)
    UNION ALL
    SELECT r.charge_claim_id, r.charge_from_date, coalesce(r.charge_to_date, r.charge_from_date), r.practice_name
    FROM reporting.gross_billing_rows r WHERE r.client_id = :client_id AND r.charge_claim_id = ANY (:numbers)
) own
WHERE first_day IS NOT NULL
GROUP BY claim_id;

-- name: open_claims
-- Claims of a client with a balance due from payers, billed so many days ago at least, oldest first.
SELECT r.claim_id, min(r.charge_from_date) AS first_day, max(coalesce(r.charge_to_date, r.charge_from_date)) AS last_day,
       min(r.practice_name) AS practice, min(r.patient_full_name) AS patient_name,
       sum(coalesce(r.charge_balance_due_ins, 0) + coalesce(r.charge_balance_due_other, 0)) AS due
FROM reporting.ar_aging_rows r
WHERE r.client_id = :client_id AND r.claim_id IS NOT NULL AND r.charge_from_date IS NOT NULL
  AND r.charge_from_date <= :today::date - :days::integer AND r.charge_from_date >= :earliest
GROUP BY r.claim_id
HAVING sum(coalesce(r.charge_balance_due_ins, 0) + coalesce(r.charge_balance_due_other, 0)) > 0
ORDER BY first_day, r.claim_id
LIMIT :most;

-- name: payer_says
-- The latest of what payers say about claims that were billed under these numbers.
SELECT DISTINCT ON (client_id, account_number) client_id, account_number, payer, outcome, status, paid, processed_on, asked_at
FROM ops.claim_answers
WHERE latest AND account_number = ANY (:numbers) AND (:client_id::bigint IS NULL OR client_id = :client_id)
ORDER BY client_id, account_number, asked_at DESC;

-- name: history
-- Everything that payers have said about a claim, newest first.
SELECT payer, outcome, status, paid, processed_on, first_asked_at, asked_at FROM ops.claim_answers
WHERE client_id = :client_id AND (claim_number = :number OR account_number = :number)
ORDER BY asked_at DESC, id DESC LIMIT 50;
