-- Questions of the key figures, asked of the views in Postgres and of their columnar copy alike: SQL that both
-- understand. A view's name in braces stands for the filters as a condition on it; every answer is by client.

-- name: newest
-- Purpose: the newest day that a client's rows of a view show, and in how many of them columns are filled.
-- Grain: client.
SELECT client_id, max(as_of) AS newest, count(*) AS row_count {filled}
FROM reporting.{view} WHERE {conditions} GROUP BY client_id ORDER BY client_id;

-- name: open_balances
-- Purpose: what is owed, what is older than 90 and 120 days on a clock ({age}), and what is in credit.
-- Grain: client.
SELECT client_id,
       count(*) FILTER (WHERE charge_balance > 0) AS row_count,
       sum(debit_balance) AS owed,
       sum(debit_balance) FILTER (WHERE {age} > 90) AS owed_over_90,
       count(*) FILTER (WHERE {age} > 90 AND charge_balance > 0) AS count_over_90,
       sum(debit_balance) FILTER (WHERE {age} > 120) AS owed_over_120,
       count(*) FILTER (WHERE {age} > 120 AND charge_balance > 0) AS count_over_120,
       sum(debit_balance) FILTER (WHERE {age} IS NULL) AS owed_without_age,
       sum(-credit_balance) AS credits,
       count(*) FILTER (WHERE charge_balance < 0) AS credit_count
FROM reporting.ar_aging_view WHERE {ar_aging_view} GROUP BY client_id ORDER BY client_id;

-- name: credit_ages
-- Purpose: the oldest charge in credit.
-- Grain: client.
SELECT client_id, count(*) AS row_count, max(dos_age_days) AS oldest
FROM reporting.ar_aging_view WHERE {ar_aging_view} AND charge_balance < 0 GROUP BY client_id ORDER BY client_id;

-- name: charges
-- Purpose: gross charges whose date on a clock ({day}) is in the window.
-- Grain: client.
SELECT client_id, count(*) AS row_count, sum(charge_amount) AS charges
FROM reporting.gross_billing_view WHERE {gross_billing_view} AND {day} BETWEEN :first AND :last
GROUP BY client_id ORDER BY client_id;

-- name: first_entry
-- Purpose: the day of the first charge there is.
-- Grain: client.
SELECT client_id, min(charge_entered_date) AS first_day
FROM reporting.gross_billing_view WHERE {conditions} GROUP BY client_id ORDER BY client_id;

-- name: payments
-- Purpose: payments whose date on a clock ({day}) is in the window; refunds and reversals are negative.
-- Grain: client.
SELECT client_id, count(*) AS row_count,
       sum(payment_total_paid) AS paid,
       sum(insurance_paid_amount) AS insurance_paid,
       sum(patient_paid_amount) AS patient_paid,
       sum(payment_total_paid) FILTER (WHERE payment_total_paid < 0) AS taken_off
FROM reporting.payment_trends_view WHERE {payment_trends_view} AND {day} BETWEEN :first AND :last
GROUP BY client_id ORDER BY client_id;

-- name: write_offs
-- Purpose: adjustments and write-offs posted in the window.
-- Grain: client × kind.
SELECT client_id, kind, count(*) AS row_count, sum(write_off_amount) AS written_off
FROM reporting.write_off_trends_view WHERE {write_off_trends_view} AND posted_date BETWEEN :first AND :last
GROUP BY client_id, kind ORDER BY client_id, kind;

-- name: write_offs_of_cohort
-- Purpose: adjustments and write-offs on charges whose DOS is in the window, whenever posted.
-- Grain: client × kind.
SELECT client_id, kind, count(*) AS row_count, sum(write_off_amount) AS written_off
FROM reporting.write_off_trends_view AS w
WHERE {write_off_trends_view}
  AND EXISTS (SELECT 1 FROM reporting.gross_billing_view AS g
              WHERE g.client_id = w.client_id AND g.customer_account = w.customer_account
                AND g.charge_id = w.charge_id AND g.charge_from_date BETWEEN :first AND :last)
GROUP BY client_id, kind ORDER BY client_id, kind;

-- name: submissions
-- Purpose: claims first billed in the window; whether they were held before it or turned back.
-- Grain: client. A line's claim may have lines that were billed on another day: each line's own day counts.
WITH claims AS (
    SELECT client_id, customer_account, charge_claim_id,
           count(*) AS line_count,
           max(CASE WHEN claim_rejected_date IS NOT NULL THEN 1 ELSE 0 END) AS rejected,
           max(CASE WHEN hold_start_date <= claim_first_billed_date THEN 1 ELSE 0 END) AS held
    FROM reporting.gross_billing_view
    WHERE {gross_billing_view} AND charge_claim_id IS NOT NULL AND claim_first_billed_date BETWEEN :first AND :last
    GROUP BY client_id, customer_account, charge_claim_id
)
SELECT client_id, sum(line_count) AS row_count, count(*) AS claims,
       count(*) FILTER (WHERE rejected = 0 AND held = 0) AS clean,
       sum(rejected) AS rejected, sum(held) AS held
FROM claims GROUP BY client_id ORDER BY client_id;

-- name: first_passes
-- Purpose: claims first billed in the window; whether payers are done with them, and whether they were worked again.
-- Grain: client. An appeal comes after the bill, so earlier ones are not looked at.
WITH appealed AS (
    SELECT DISTINCT client_id, customer_account, charge_id
    FROM reporting.denial_trends_view WHERE appeal_date >= :first
), claims AS (
    SELECT g.client_id, g.customer_account, g.charge_claim_id,
           count(*) AS line_count,
           min(CASE WHEN starts_with(upper(g.claim_status), 'PAID') OR strpos(upper(g.claim_status), 'DUE PATIENT') > 0
                      OR strpos(upper(g.claim_status), 'COLLECTIONS') > 0 THEN 1 ELSE 0 END) AS disposed,
           max(CASE WHEN g.times_billed > 1 OR g.claim_rejected_date IS NOT NULL OR a.charge_id IS NOT NULL
                    THEN 1 ELSE 0 END) AS reworked
    FROM (SELECT * FROM reporting.gross_billing_view
          WHERE {gross_billing_view} AND charge_claim_id IS NOT NULL
            AND claim_first_billed_date BETWEEN :first AND :last) AS g
    LEFT JOIN appealed AS a
        ON a.client_id = g.client_id AND a.customer_account = g.customer_account AND a.charge_id = g.charge_id
    GROUP BY g.client_id, g.customer_account, g.charge_claim_id
)
SELECT client_id, sum(line_count) AS row_count, count(*) AS claims, sum(disposed) AS disposed,
       sum(reworked) AS reworked, count(*) FILTER (WHERE disposed = 1 AND reworked = 0) AS first_pass
FROM claims GROUP BY client_id ORDER BY client_id;

-- name: first_remitted_charges
-- Purpose: charges whose first remittance was posted in the window, and which of them it denied.
-- Grain: client. Only what the window holds is grouped; a denial without charge ID has no earlier remittance.
WITH remitted AS (
    SELECT client_id, customer_account, charge_id, charge_amount, 0 AS denied, 0 AS other
    FROM reporting.payment_trends_view
    WHERE {payment_trends_view} AND payment_entered BETWEEN :first AND :last AND paid_by <> 'patient'
      AND charge_id IS NOT NULL
    UNION ALL
    SELECT client_id, customer_account, charge_id, charge_amount,
           CASE WHEN is_initial AND counts_in_rate THEN 1 ELSE 0 END,
           CASE WHEN is_initial AND is_denial AND NOT counts_in_rate THEN 1 ELSE 0 END
    FROM reporting.denied_charges_view WHERE {denied_charges_view} AND payment_entered BETWEEN :first AND :last
), charges AS (
    SELECT client_id, customer_account, charge_id, max(charge_amount) AS charge_amount, max(denied) AS denied,
           max(other) AS other, count(*) AS line_count
    FROM remitted GROUP BY client_id, customer_account, charge_id
)
SELECT client_id, sum(line_count) AS row_count, count(*) AS charges, sum(charge_amount) AS charged,
       sum(denied) AS denied_charges, sum(charge_amount) FILTER (WHERE denied = 1) AS denied_charged,
       count(*) FILTER (WHERE denied = 0 AND other = 1) AS other_denied
FROM charges AS c
LEFT JOIN (SELECT client_id AS client, customer_account AS account, charge_id AS charge
           FROM reporting.first_remittances_view WHERE first_posted BETWEEN :first AND :last) AS f
    ON f.client = c.client_id AND f.account = c.customer_account AND f.charge = c.charge_id
WHERE c.charge_id IS NULL OR f.charge IS NOT NULL
GROUP BY client_id ORDER BY client_id;

-- name: first_remitted_claims
-- Purpose: claims whose first remittance was posted in the window, and which of them had a line that it denied.
-- Grain: client. A denied charge whose claim no row names stands for a claim of its own.
WITH remitted AS (
    SELECT client_id, customer_account, charge_id, claim_id, 0 AS denied, 0 AS other
    FROM reporting.payment_trends_view
    WHERE {payment_trends_view} AND payment_entered BETWEEN :first AND :last AND paid_by <> 'patient'
      AND charge_id IS NOT NULL
    UNION ALL
    SELECT client_id, customer_account, charge_id, claim_id,
           CASE WHEN is_initial AND counts_in_rate THEN 1 ELSE 0 END,
           CASE WHEN is_initial AND is_denial AND NOT counts_in_rate THEN 1 ELSE 0 END
    FROM reporting.denied_charges_view WHERE {denied_charges_view} AND payment_entered BETWEEN :first AND :last
), charges AS (
    SELECT client_id, customer_account, charge_id, max(claim_id) AS claim_id, max(denied) AS denied,
           max(other) AS other, count(*) AS line_count
    FROM remitted GROUP BY client_id, customer_account, charge_id
), claims AS (
    SELECT client_id, customer_account, claim_id, max(denied) AS denied, sum(denied) AS denied_charges,
           sum(CASE WHEN denied = 0 THEN other ELSE 0 END) AS other_denied, sum(line_count) AS line_count
    FROM charges
    GROUP BY client_id, customer_account, claim_id, CASE WHEN claim_id IS NULL THEN charge_id END
)
SELECT client_id, sum(line_count) AS row_count, count(*) AS claims, sum(denied) AS denied_claims,
       sum(denied_charges) AS denied_charges, sum(other_denied) AS other_denied
FROM claims AS c
LEFT JOIN (SELECT client_id AS client, customer_account AS account, claim_id AS claim
           FROM reporting.answered_claims_view WHERE first_posted BETWEEN :first AND :last) AS f
    ON f.client = c.client_id AND f.account = c.customer_account AND f.claim = c.claim_id
WHERE c.claim_id IS NULL OR f.claim IS NOT NULL
GROUP BY client_id ORDER BY client_id;

-- name: submitted
-- Purpose: claims and gross charges first billed in the window.
-- Grain: client.
SELECT client_id, sum(line_count) AS row_count, count(*) AS claims, sum(charged) AS charged
FROM (SELECT client_id, count(*) AS line_count, sum(charge_amount) AS charged
      FROM reporting.gross_billing_view
      WHERE {gross_billing_view} AND claim_first_billed_date BETWEEN :first AND :last
      GROUP BY client_id, customer_account, coalesce(charge_claim_id, charge_id), charge_claim_id IS NULL) AS claims
GROUP BY client_id ORDER BY client_id;

-- name: decided_denials
-- Purpose: denied charges whose appeal was decided in the window, and those decided for the office.
-- Grain: client.
SELECT client_id, sum(line_count) AS row_count, count(*) AS resolved, sum(overturned) AS overturned,
       sum(charge_amount) AS resolved_charged, sum(charge_amount) FILTER (WHERE overturned = 1) AS overturned_charged
FROM (SELECT client_id, max(charge_amount) AS charge_amount,
             max(CASE WHEN is_overturned THEN 1 ELSE 0 END) AS overturned, count(*) AS line_count
      FROM reporting.denied_charges_view
      WHERE {denied_charges_view} AND is_denial AND appeal_decision_date BETWEEN :first AND :last
      GROUP BY client_id, customer_account, charge_id) AS denials
GROUP BY client_id ORDER BY client_id;

-- name: denial_days
-- Purpose: days from a denial to its appeal or decision ({answer}) in the window.
-- Grain: client × days.
SELECT client_id, answered - denied AS days, count(*) AS row_count
FROM (SELECT client_id, min(payment_entered) AS denied, max({answer}) AS answered
      FROM reporting.denied_charges_view
      WHERE {denied_charges_view} AND is_denial AND {answer} BETWEEN :first AND :last
      GROUP BY client_id, customer_account, charge_id) AS denials
GROUP BY client_id, answered - denied ORDER BY client_id, days;

-- name: entry_lags
-- Purpose: days from DOS to entry of charges entered in the window.
-- Grain: client × days.
SELECT client_id, charge_lag_days AS days, count(*) AS row_count, sum(charge_amount) AS amount
FROM reporting.gross_billing_view
WHERE {gross_billing_view} AND charge_entered_date BETWEEN :first AND :last AND charge_lag_days IS NOT NULL
GROUP BY client_id, charge_lag_days ORDER BY client_id, days;

-- name: billing_lags
-- Purpose: days from entry to first bill of charges with a payer first billed in the window.
-- Grain: client × days.
SELECT client_id, billing_lag_days AS days, count(*) AS row_count
FROM reporting.gross_billing_view
WHERE {gross_billing_view} AND NOT is_self_pay AND claim_first_billed_date BETWEEN :first AND :last
GROUP BY client_id, billing_lag_days ORDER BY client_id, days;

-- name: unbilled
-- Purpose: charges with a payer and no first bill, by their day of entry.
-- Grain: client × day of entry.
SELECT client_id, charge_entered_date AS day, count(*) AS row_count, sum(charge_amount) AS amount
FROM reporting.gross_billing_view WHERE {gross_billing_view} AND is_unbilled AND charge_entered_date IS NOT NULL
GROUP BY client_id, charge_entered_date ORDER BY client_id, day;

-- name: posting_lags
-- Purpose: days from receipt to posting of payments posted in the window.
-- Grain: client × days.
SELECT client_id, posting_turnaround_days AS days, count(*) AS row_count
FROM reporting.payment_trends_view
WHERE {payment_trends_view} AND payment_entered BETWEEN :first AND :last AND posting_turnaround_days IS NOT NULL
GROUP BY client_id, posting_turnaround_days ORDER BY client_id, days;

-- name: payment_days
-- Purpose: days from DOS to posting of payments above zero posted in the window, with their dollars.
-- Grain: client × days.
SELECT client_id, dos_to_posted_days AS days, count(*) AS row_count, sum(payment_total_paid) AS amount
FROM reporting.payment_trends_view
WHERE {payment_trends_view} AND payment_entered BETWEEN :first AND :last AND payment_total_paid > 0
  AND dos_to_posted_days IS NOT NULL
GROUP BY client_id, dos_to_posted_days ORDER BY client_id, days;

-- name: unapplied
-- Purpose: money that stands on no charge, by its day of posting.
-- Grain: client × day of posting.
SELECT client_id, payment_entered AS day, count(*) AS row_count, sum(payment_unapplied_amount) AS amount
FROM reporting.payment_trends_view WHERE {payment_trends_view} AND is_unapplied
GROUP BY client_id, payment_entered ORDER BY client_id, day;

-- name: holds
-- Purpose: days on hold of charges whose hold has a start.
-- Grain: client × days.
SELECT client_id, days_on_hold AS days, count(*) AS row_count, sum(charge_amount) AS amount
FROM reporting.charges_on_hold_view WHERE {charges_on_hold_view} AND hold_start_date IS NOT NULL
GROUP BY client_id, days_on_hold ORDER BY client_id, days;
