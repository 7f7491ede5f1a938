-- Questions of the page Denials. A claim is counted in the month of the first answer to any of its charges, with the
-- charges that were answered in that month: what the key figure “denial rate, claims” counts.

-- name: claims
-- Purpose: claims with a first answer, and those of them with a charge that it denied.
-- Grain: value of the column {group}; a claim with charges of several values counts under each of them.
SELECT {group}, count(*) AS claims, sum(denied) AS denied_claims
FROM (SELECT {group}, max(CASE WHEN is_denied_with_claim THEN 1 ELSE 0 END) AS denied
      FROM reporting.{view}
      WHERE {conditions} AND first_month = claim_month
      GROUP BY client_id, customer_account, claim_id, CASE WHEN claim_id IS NULL THEN charge_id END, {group}) AS c
GROUP BY {group}
ORDER BY {group};

-- name: claims_of_many
-- Purpose: the same where neither {group} nor the conditions tell charges of a claim apart whose claim is alike.
-- Grain: value of the column {group}. An alike claim is counted on one of its charges ({counts}); only the others, and
-- denied ones, have to be grouped.
SELECT {group}, sum(claims) AS claims, sum(denied_claims) AS denied_claims
FROM (
    SELECT {group}, count(*) AS claims, 0 AS denied_claims
    FROM reporting.{view}
    WHERE {conditions} AND first_month = claim_month AND is_claim_alike AND ({counts})
    GROUP BY {group}
    UNION ALL
    SELECT {group}, 1, 0
    FROM reporting.{view}
    WHERE {conditions} AND first_month = claim_month AND NOT is_claim_alike
    GROUP BY client_id, customer_account, claim_id, CASE WHEN claim_id IS NULL THEN charge_id END, {group}
    UNION ALL
    SELECT {group}, 0, 1
    FROM reporting.{view}
    WHERE {conditions} AND first_month = claim_month AND is_denied_with_claim
    GROUP BY client_id, customer_account, claim_id, CASE WHEN claim_id IS NULL THEN charge_id END, {group}
) AS c
GROUP BY {group}
ORDER BY {group};

-- name: charges
-- Purpose: charges with a first answer and their gross amount.
-- Grain: value of the column {group}.
SELECT {group}, count(*) AS charges, coalesce(sum(charge_amount), 0) AS charged
FROM reporting.{view}
WHERE {conditions}
GROUP BY {group}
ORDER BY {group};
