-- Purpose: the buckets, periods and payer words that several views share, each said once.
-- Grain: functions of one value; the planner inlines them.
-- Date basis: none; ages come in as days.

-- Standard ageing buckets: day 30 is in the first, and so is what is dated ahead. NULL: 0, a date is missing.
CREATE OR REPLACE FUNCTION reporting.age_bucket_number(days integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN days IS NULL THEN 0 WHEN days <= 30 THEN 1 WHEN days <= 60 THEN 2 WHEN days <= 90 THEN 3
                WHEN days <= 120 THEN 4 ELSE 5 END
$$;
CREATE OR REPLACE FUNCTION reporting.age_bucket(days integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN days IS NULL THEN 'no date' WHEN days <= 30 THEN '0-30' WHEN days <= 60 THEN '31-60'
                WHEN days <= 90 THEN '61-90' WHEN days <= 120 THEN '91-120' ELSE 'over 120' END
$$;

-- Fine buckets, for ages and lags.
CREATE OR REPLACE FUNCTION reporting.fine_bucket_number(days integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN days IS NULL THEN 0 WHEN days <= 5 THEN 1 WHEN days <= 10 THEN 2 WHEN days <= 14 THEN 3
                WHEN days <= 21 THEN 4 WHEN days <= 30 THEN 5 WHEN days <= 45 THEN 6 WHEN days <= 60 THEN 7
                WHEN days <= 90 THEN 8 ELSE 9 END
$$;
CREATE OR REPLACE FUNCTION reporting.fine_bucket(days integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN days IS NULL THEN 'no date' WHEN days <= 5 THEN '0-5' WHEN days <= 10 THEN '6-10'
                WHEN days <= 14 THEN '11-14' WHEN days <= 21 THEN '15-21' WHEN days <= 30 THEN '22-30'
                WHEN days <= 45 THEN '31-45' WHEN days <= 60 THEN '46-60' WHEN days <= 90 THEN '61-90'
                ELSE 'over 90' END
$$;

-- Statements sent to a patient. NULL where the saved report lacks both counts.
CREATE OR REPLACE FUNCTION reporting.statement_bucket_number(statements bigint) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN statements < 3 THEN 1 WHEN statements <= 4 THEN 2 WHEN statements <= 6 THEN 3
                WHEN statements > 6 THEN 4 END
$$;
CREATE OR REPLACE FUNCTION reporting.statement_bucket(statements bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN statements < 3 THEN 'less than 3' WHEN statements <= 4 THEN '3-4' WHEN statements <= 6 THEN '5-6'
                WHEN statements > 6 THEN 'over 6' END
$$;

-- Periods by their first day; weeks begin on Monday.
CREATE OR REPLACE FUNCTION reporting.week_of(day date) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT date_trunc('week', day::timestamp)::date $$;
CREATE OR REPLACE FUNCTION reporting.month_of(day date) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT date_trunc('month', day::timestamp)::date $$;
CREATE OR REPLACE FUNCTION reporting.quarter_of(day date) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT date_trunc('quarter', day::timestamp)::date $$;
CREATE OR REPLACE FUNCTION reporting.year_of(day date) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT extract(year FROM day)::integer $$;

-- Whether a charge has no payer: the saved reports leave the primary payer empty or say so.
CREATE OR REPLACE FUNCTION reporting.is_self_pay(primary_payer text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT primary_payer IS NULL OR upper(primary_payer) IN ('SELF PAY', 'SELF-PAY', 'SELFPAY', 'PATIENT')
$$;
