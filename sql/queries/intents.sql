-- name: holders
-- The intents that hold these natural keys of an account now.
SELECT * FROM ops.intents
WHERE account = :account AND natural_key = ANY (:keys) AND state IN ('planned', 'sending', 'posted', 'unknown');

-- name: begin_sending
-- planned → sending, before the calls; those that are no longer planned are left out of the answer.
UPDATE ops.intents SET state = 'sending', sending_at = clock_timestamp()
WHERE id = ANY (:intent_ids) AND state = 'planned' RETURNING id;

-- name: settle_posted
-- sending or unknown → posted, with the vendor's ids.
UPDATE ops.intents AS i
SET state = 'posted', vendor_id = p.vendor_id, settled_at = clock_timestamp(), evidence = p.evidence,
    undecidable = false
FROM unnest(:intent_ids::bigint[], :vendor_ids::text[], :evidence::text[]) AS p (id, vendor_id, evidence)
WHERE i.id = p.id AND i.state IN ('sending', 'unknown')
RETURNING i.id, i.client_id, i.run_id, i.kind, i.amount, i.vendor_id, i.evidence;

-- name: settle_refused^
-- sending → refused, with what the vendor said; nothing was written there.
UPDATE ops.intents SET state = 'refused', problems = :problems, settled_at = clock_timestamp()
WHERE id = :intent_id AND state = 'sending'
RETURNING id, client_id, run_id, kind;

-- name: settle_unknown^
-- sending → unknown: the write may or may not have happened.
UPDATE ops.intents
SET state = 'unknown', evidence = :evidence,
    unknown_at = greatest(clock_timestamp(), sending_at + make_interval(secs => :call_seconds))
WHERE id = :intent_id AND state = 'sending'
RETURNING id, client_id, run_id, kind;

-- name: back_to_planned$
-- sending → planned: the vendor refused to listen, or nothing ever left; safe to send later.
UPDATE ops.intents SET state = 'planned', sending_at = NULL WHERE id = :intent_id AND state = 'sending' RETURNING id;

-- name: orphans_to_unknown
-- sending → unknown for a run that nobody was working on: its executor died during the call.
-- The call may have gone on without us until its time limit.
UPDATE ops.intents
SET state = 'unknown', evidence = :evidence,
    unknown_at = greatest(clock_timestamp(), sending_at + make_interval(secs => :call_seconds))
WHERE run_id = :run_id AND state = 'sending'
RETURNING id, client_id, run_id, kind;

-- name: seconds_until_visible$
-- Seconds until the last of these writes surely shows at the vendor, by this clock; negative when it has.
SELECT extract(epoch FROM max(coalesce(unknown_at, sending_at)) - clock_timestamp())::float8 + :delay
FROM ops.intents WHERE id = ANY (:intent_ids);

-- name: settle_absent^
-- unknown → absent: proved not to be there, so it may be planned again.
UPDATE ops.intents SET state = 'absent', settled_at = clock_timestamp(), evidence = :evidence, undecidable = false
WHERE id = :intent_id AND state = 'unknown'
RETURNING id, client_id, run_id, kind;

-- name: mark_undecidable!
-- An unknown intent that only a person can decide, with the evidence to show beside the buttons.
UPDATE ops.intents SET undecidable = true, evidence = :evidence WHERE id = :intent_id AND state = 'unknown';

-- name: decide_posted^
-- A person found it: unknown → posted.
UPDATE ops.intents SET state = 'posted', vendor_id = :vendor_id, settled_at = clock_timestamp(),
                       decided_by = :actor, reason = :reason, undecidable = false
WHERE id = :intent_id AND state = 'unknown'
RETURNING id, client_id, run_id, kind;

-- name: decide_absent^
-- A person looked and it is not there: unknown → absent.
UPDATE ops.intents SET state = 'absent', settled_at = clock_timestamp(), decided_by = :actor, reason = :reason,
                       undecidable = false
WHERE id = :intent_id AND state = 'unknown'
RETURNING id, client_id, run_id, kind;

-- name: cancel_planned!
-- planned → cancelled for a run that stops.
UPDATE ops.intents SET state = 'cancelled', settled_at = clock_timestamp() WHERE run_id = :run_id AND state = 'planned';

-- name: of_run
-- Every intent of a run, oldest first.
SELECT * FROM ops.intents WHERE run_id = :run_id ORDER BY id;

-- name: by_ids
-- Intents by id, whichever run they belong to.
SELECT * FROM ops.intents WHERE id = ANY (:ids);

-- name: unknown_intents
-- Every unknown intent in scope; those that wait for a person first.
SELECT i.*, c.name AS client_name FROM ops.intents i JOIN ops.clients c ON c.id = i.client_id
WHERE i.state = 'unknown' AND (:run_id::bigint IS NULL OR i.run_id = :run_id)
ORDER BY i.undecidable DESC, i.id;

-- name: get_intent^
-- One intent, if it is in scope.
SELECT i.*, c.name AS client_name FROM ops.intents i JOIN ops.clients c ON c.id = i.client_id WHERE i.id = :intent_id;

-- name: claimed_vendor_ids
-- The vendor's ids that posted intents of this account hold already, of those given.
SELECT vendor_id FROM ops.intents WHERE account = :account AND kind = :kind AND vendor_id = ANY (:vendor_ids);

-- name: by_vendor_ids
-- Posted intents of an account by the vendor's ids.
SELECT * FROM ops.intents
WHERE account = :account AND kind = :kind AND vendor_id = ANY (:vendor_ids) AND state = 'posted';

-- name: sums
-- Count and total of a run's intents by kind and state.
SELECT kind, state, count(*) AS count, coalesce(sum(amount), 0) AS total
FROM ops.intents WHERE run_id = :run_id GROUP BY kind, state ORDER BY kind, state;
