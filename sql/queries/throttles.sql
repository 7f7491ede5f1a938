-- name: ensure!
-- Know the account's own minimum gap of an operation; a new minimum resets the gap.
INSERT INTO ops.throttles AS t (account, operation, minimum_ms, gap_ms)
VALUES (:account, :operation, :minimum_ms, :minimum_ms * :margin)
ON CONFLICT (account, operation) DO UPDATE
SET minimum_ms = excluded.minimum_ms, gap_ms = excluded.gap_ms
WHERE t.minimum_ms <> excluded.minimum_ms;

-- name: claim$
-- Take the next slot if it is due (0), else say how many seconds it is away. The gap eases back with every slot.
-- Lateness of up to half the margin is made good: two slots are then still more than the minimum apart.
WITH claimed AS (
    UPDATE ops.throttles
    SET next_at = gap_ms * interval '1 millisecond' + CASE
            WHEN next_at > clock_timestamp() - (gap_ms - minimum_ms) / 2 * interval '1 millisecond' THEN next_at
            ELSE clock_timestamp() END,
        gap_ms = greatest(minimum_ms * :margin, gap_ms * :ease)
    WHERE account = :account AND operation = :operation AND next_at <= clock_timestamp()
    RETURNING 0
)
SELECT coalesce((SELECT 0 FROM claimed),
                (SELECT greatest(0.0005, extract(epoch FROM next_at - clock_timestamp()))
                 FROM ops.throttles WHERE account = :account AND operation = :operation))::float8;

-- name: refused!
-- The vendor refused: widen the gap, and let everybody wait the interval that it named.
UPDATE ops.throttles
SET gap_ms = least(greatest(gap_ms * :growth, :interval_ms * :margin), greatest(minimum_ms * 4, :interval_ms * 2)),
    next_at = greatest(next_at, clock_timestamp() + :interval_ms * interval '1 millisecond'),
    refusals = refusals + 1
WHERE account = :account AND operation = :operation;

-- name: minimums
-- The minimum gaps of an account, in milliseconds by operation.
SELECT operation, minimum_ms FROM ops.throttles WHERE account = :account;
