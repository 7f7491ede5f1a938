-- Vendor reports: what was asked for, what came, and the rows that readers are shown.
-- Rows are copied into their typed table under a package that nobody sees; to publish is to rewrite the few rows of
-- warehouse.shown_packages that belong to the cell. docs/decisions/0012_packages.md says why.

CREATE SCHEMA warehouse;
CREATE SCHEMA reporting;
CREATE SCHEMA intake;
GRANT USAGE ON SCHEMA warehouse, reporting TO daysheet_app, daysheet_reader;
GRANT USAGE ON SCHEMA ops TO daysheet_reader;
GRANT USAGE ON SCHEMA intake TO daysheet_app;

-- A database role that reads the reports of one client and nothing else, for that client's own tools.
CREATE TABLE ops.readers (
    role_name   text PRIMARY KEY CHECK (role_name ~ '^[a-z][a-z0-9_]{0,62}$'),
    client_id   bigint NOT NULL REFERENCES ops.clients,
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  text NOT NULL
);
ALTER TABLE ops.readers ENABLE ROW LEVEL SECURITY;
ALTER TABLE ops.readers FORCE ROW LEVEL SECURITY;
-- By role: a reader may set any scope, and sees its own row all the same.
CREATE POLICY scope ON ops.readers TO daysheet_app
    USING (ops.in_scope(client_id)) WITH CHECK (ops.in_scope(client_id));
CREATE POLICY own ON ops.readers FOR SELECT TO daysheet_reader USING (role_name = session_user);
GRANT SELECT, INSERT, DELETE ON ops.readers TO daysheet_app;
GRANT SELECT ON ops.readers TO daysheet_reader;

-- The scope as two values that a query works out once, where ops.in_scope would be asked for every row.
-- A reader has the client of its role, whatever it sets; one that is in no list has none.
CREATE FUNCTION ops.is_reader() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT pg_has_role(session_user, 'daysheet_reader', 'USAGE') AND NOT pg_has_role(session_user, 'daysheet_app', 'USAGE')
$$;
CREATE FUNCTION ops.all_clients_in_scope() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('daysheet.clients', true) = '*', false) AND NOT ops.is_reader()
$$;
CREATE FUNCTION ops.clients_in_scope() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        CASE WHEN ops.is_reader() THEN (SELECT ARRAY[client_id] FROM ops.readers WHERE role_name = session_user)
             WHEN current_setting('daysheet.clients', true) ~ '^[0-9,]+$'
             THEN string_to_array(current_setting('daysheet.clients', true), ',')::bigint[] END,
        '{}')
$$;

-- The day whose knowledge is read: daysheet.as_of where a transaction sets it, else the latest there is.
CREATE FUNCTION reporting.as_of() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(current_setting('daysheet.as_of', true), '')::date, 'infinity'::date)
$$;

-- One login at CollaborateMD may serve several clients, each with accounts of its own; nothing there goes by the login
-- that one client must not see of another. Elsewhere an account belongs to one client.
ALTER TABLE ops.connections DROP CONSTRAINT connections_vendor_account_key;
CREATE UNIQUE INDEX connections_one_client ON ops.connections (vendor, account) WHERE vendor <> 'collaboratemd';

-- How a client's saved reports are called at the vendor, and the client's own labels: label -> column.
-- version: whoever saves must have seen the latest.
CREATE TABLE warehouse.report_settings (
    client_id   bigint NOT NULL REFERENCES ops.clients,
    report_name text NOT NULL,
    report_seq  text NOT NULL CHECK (report_seq ~ '^[0-9]{1,19}$'),
    filter_seq  text NOT NULL CHECK (filter_seq ~ '^[0-9]{1,19}$'),
    labels      jsonb NOT NULL DEFAULT '{}',
    enabled     boolean NOT NULL DEFAULT true,
    version     integer NOT NULL DEFAULT 1,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    updated_by  text NOT NULL,
    PRIMARY KEY (client_id, report_name)
);

-- A report that is or was asked for, one row a request. The states are drawn in docs/reports.md.
-- as_of: the day that it shows, in the client's zone. asked_at: the request went out; identifier: its answer was read.
-- attempts: how often it went out and may have begun a report. raw_*: the sealed file that came; NULL once it is ready:
-- the vendor said that there are no records.
CREATE TABLE warehouse.account_reports (
    client_id           bigint NOT NULL REFERENCES ops.clients,
    id                  bigint GENERATED ALWAYS AS IDENTITY,
    login               text NOT NULL,
    customer_account    text NOT NULL,
    report_name         text NOT NULL,
    state               text NOT NULL CHECK (state IN
                        ('waiting', 'asking', 'building', 'ready', 'loaded', 'held', 'failed', 'cancelled')),
    as_of               date NOT NULL,
    report_seq          text NOT NULL,
    filter_seq          text NOT NULL,
    forced              boolean NOT NULL DEFAULT false,
    run_id              bigint REFERENCES ops.runs,
    requested_by        text NOT NULL,
    requested_at        timestamptz NOT NULL DEFAULT now(),
    scheduled_for       timestamptz,
    asked_at            timestamptz,
    identifier          text,
    ready_at            timestamptz,
    raw_path            text,
    raw_sha256          text,
    raw_bytes           bigint,
    loaded_at           timestamptz,
    package_id          bigint,
    attempts            integer NOT NULL DEFAULT 0,
    error               text,
    PRIMARY KEY (client_id, id),
    UNIQUE (client_id, customer_account, report_name, scheduled_for),
    -- One identifier is one report, whichever client of the login it is for: a running one that was named to us for
    -- another request never comes in twice.
    UNIQUE (login, identifier)
);
CREATE INDEX account_reports_by_cell ON warehouse.account_reports (client_id, report_name, customer_account, id DESC);
CREATE INDEX account_reports_open ON warehouse.account_reports (client_id, login)
    WHERE state IN ('waiting', 'asking', 'building', 'ready');

-- A load package: one report as it came, with what was found in it. Its rows stand in the table of its report.
-- days, undated: the window dates that it speaks for (NULL: the whole report), and whether it has rows without one.
CREATE TABLE warehouse.packages (
    client_id           bigint NOT NULL REFERENCES ops.clients,
    id                  bigint GENERATED ALWAYS AS IDENTITY,
    customer_account    text NOT NULL,
    report_name         text NOT NULL,
    state               text NOT NULL CHECK (state IN
                        ('loading', 'held', 'published', 'failed', 'discarded', 'expired')),
    as_of               date NOT NULL,
    request_id          bigint,
    identifier          text,
    run_id              bigint REFERENCES ops.runs,
    began_at            timestamptz NOT NULL DEFAULT now(),
    loaded_at           timestamptz,
    published_at        timestamptz,
    seconds             double precision,
    raw_path            text,
    raw_sha256          text,
    raw_bytes           bigint,
    labels              jsonb NOT NULL DEFAULT '[]',
    rows_read           bigint NOT NULL DEFAULT 0,
    rows_loaded         bigint NOT NULL DEFAULT 0,
    rows_rejected       bigint NOT NULL DEFAULT 0,
    rows_padded         bigint NOT NULL DEFAULT 0,
    totals              jsonb NOT NULL DEFAULT '{}',
    differences         jsonb NOT NULL DEFAULT '{}',
    days                daterange,
    undated             boolean NOT NULL DEFAULT false,
    findings            jsonb NOT NULL DEFAULT '[]',
    decided_by          text,
    decided_at          timestamptz,
    reason              text,
    PRIMARY KEY (client_id, id)
);
CREATE INDEX packages_by_cell ON warehouse.packages (client_id, report_name, customer_account, id DESC);

-- A row of a package that could not be loaded. row_text is the row as it came.
CREATE TABLE warehouse.package_rejects (
    client_id   bigint NOT NULL,
    package_id  bigint NOT NULL,
    number      integer NOT NULL,
    file        integer NOT NULL,
    row_number  bigint NOT NULL,
    reason      text NOT NULL,
    row_text    text NOT NULL,
    PRIMARY KEY (client_id, package_id, number),
    FOREIGN KEY (client_id, package_id) REFERENCES warehouse.packages
);

-- What readers see of a cell (client, account, report) on every day of knowledge: the package, and which of its days.
-- known: the days of knowledge on which it is shown; days NULL: all of its rows.
CREATE TABLE warehouse.shown_packages (
    client_id           bigint NOT NULL REFERENCES ops.clients,
    report_name         text NOT NULL,
    customer_account    text NOT NULL,
    package_id          bigint NOT NULL,
    as_of               date NOT NULL,
    known               daterange NOT NULL,
    days                datemultirange,
    undated             boolean NOT NULL,
    FOREIGN KEY (client_id, package_id) REFERENCES warehouse.packages
);
CREATE INDEX shown_packages_by_cell ON warehouse.shown_packages (client_id, report_name, customer_account);

-- AR aging: charge.
CREATE TABLE warehouse.ar_aging (
    client_id bigint NOT NULL, package_id bigint NOT NULL, customer_account text NOT NULL,
    charge_id text, claim_id text, claim_first_billed_date date, charge_from_date date, charge_to_date date,
    charge_entered_date date, charge_primary_payer_name text, charge_primary_payer_id text, practice_name text,
    patient_full_name text, patient_id text, charge_cpt_code text, charge_cpt_description text, revenue_code text,
    charge_fromdate_age bigint, charge_first_bill_date_age bigint, charge_balance numeric(14,2),
    charge_balance_due_ins numeric(14,2), charge_balance_due_other numeric(14,2),
    charge_balance_due_pat numeric(14,2), charge_balance_at_collections numeric(14,2),
    charge_insurance_payments numeric(14,2), charge_patient_payments numeric(14,2),
    charge_total_payments numeric(14,2), patient_stmts_sent_electronically bigint,
    patient_statements_printed bigint, facility_name text, rendering_provider_name text,
    charge_amount numeric(14,2), first_statement_date date,
    extras jsonb
) PARTITION BY LIST (client_id);
CREATE INDEX ar_aging_by_package ON warehouse.ar_aging (client_id, package_id);

-- Charges on hold: charge.
CREATE TABLE warehouse.charges_on_hold (
    client_id bigint NOT NULL, package_id bigint NOT NULL, customer_account text NOT NULL,
    practice_name text, facility_name text, office_name text, patient_id text, charge_id text, claim_id text,
    patient_full_name text, charge_entered_date date, charge_cpt_code text, charge_rev_code text, type_of_bill text,
    charge_entered_age_days bigint, charge_from_date date, charge_to_date date, charge_amount numeric(14,2),
    claim_status text, charge_set_to_status text, charge_primary_payer_name text, rendering_provider_name text,
    hold_start_date date, hold_release_date date,
    extras jsonb
) PARTITION BY LIST (client_id);
CREATE INDEX charges_on_hold_by_package ON warehouse.charges_on_hold (client_id, package_id);

-- Claim stage breakdown: charge.
CREATE TABLE warehouse.claim_stage_breakdown (
    client_id bigint NOT NULL, package_id bigint NOT NULL, customer_account text NOT NULL,
    practice_name text, facility_name text, office_name text, patient_id text, charge_id text, claim_id text,
    patient_full_name text, charge_entered_date date, charge_cpt_code text, charge_rev_code text, type_of_bill text,
    charge_entered_age_days bigint, charge_from_date date, charge_to_date date, charge_amount numeric(14,2),
    claim_status text, charge_set_to_status text, charge_balance numeric(14,2),
    charge_balance_due_ins numeric(14,2), charge_balance_due_other numeric(14,2),
    charge_balance_due_pat numeric(14,2), charge_balance_at_collections numeric(14,2),
    charge_primary_payer_name text, charge_current_payer_name text, rendering_provider_name text,
    extras jsonb
) PARTITION BY LIST (client_id);
CREATE INDEX claim_stage_breakdown_by_package ON warehouse.claim_stage_breakdown (client_id, package_id);

-- Denial trends: charge × remark.
CREATE TABLE warehouse.denial_trends (
    client_id bigint NOT NULL, package_id bigint NOT NULL, customer_account text NOT NULL,
    facility_name text, practice_name text, office_name text, charge_entered_date date, charge_from_date date,
    charge_to_date date, charge_first_bill_date date, patient_id text, patient_full_name text, charge_id text,
    charge_rev_code text, charge_cpt_code text, remark_code_s text, unpaid_reason_code_s text,
    charge_primary_payment_date date, payment_received date, payment_entered date, charge_primary_payer_name text,
    payer_name text, charge_amount numeric(14,2), insurance_paid_amount numeric(14,2), claim_id text,
    rendering_provider_name text, adjustment_group_code text, appeal_date date, appeal_decision_date date,
    appeal_outcome text,
    extras jsonb
) PARTITION BY LIST (client_id);
CREATE INDEX denial_trends_by_package ON warehouse.denial_trends (client_id, package_id);

-- Gross billing: charge.
CREATE TABLE warehouse.gross_billing (
    client_id bigint NOT NULL, package_id bigint NOT NULL, customer_account text NOT NULL,
    practice_name text, charge_primary_payer_name text, charge_primary_payer_name_1 text, charge_patient_id text,
    charge_id text, charge_claim_id text, patient_full_name text, primary_payer_member_id text,
    charge_from_date date, charge_to_date date, charge_entered_date date, type_of_bill text,
    claim_first_billed_date date, charge_cpt_code text, charge_units_sum numeric(18,4), charge_amount numeric(14,2),
    charge_rev_code text, charge_current_payer_name text, claim_status text, facility_name text,
    rendering_provider_name text, hold_start_date date, hold_release_date date, claim_last_billed_date date,
    times_billed bigint, claim_rejected_date date,
    extras jsonb
) PARTITION BY LIST (client_id);
CREATE INDEX gross_billing_by_package ON warehouse.gross_billing (client_id, package_id);

-- Payment trends: payment line.
CREATE TABLE warehouse.payment_trends (
    client_id bigint NOT NULL, package_id bigint NOT NULL, customer_account text NOT NULL,
    practice_name text, charge_entered_date date, charge_from_date date, charge_to_date date,
    patient_full_name text, payment_allowed_amount numeric(14,2), charge_patient_id text, charge_id text,
    charge_rev_code text, charge_cpt_code text, type_of_bill text, claim_id text, charge_primary_payer_name text,
    primary_payer_member_id text, charge_amount numeric(14,2), insurance_paid_amount numeric(14,2),
    payment_total_paid numeric(14,2), payment_total_applied numeric(14,2),
    charge_insurance_adjustments numeric(14,2), charge_patient_adjustments numeric(14,2),
    charge_total_adjustments numeric(14,2), payment_received date, payment_entered date,
    insurance_applied_amount numeric(14,2), patient_applied_amount numeric(14,2),
    payment_unapplied_amount numeric(14,2), payment_id text, facility_name text, rendering_provider_name text,
    payer_name text, payment_refund_amount numeric(14,2),
    extras jsonb
) PARTITION BY LIST (client_id);
CREATE INDEX payment_trends_by_package ON warehouse.payment_trends (client_id, package_id);

-- Quadrant performance: payment line.
CREATE TABLE warehouse.quadrant_performance (
    client_id bigint NOT NULL, package_id bigint NOT NULL, customer_account text NOT NULL,
    practice_name text, charge_entered_date date, charge_from_date date, charge_to_date date,
    patient_full_name text, payment_allowed_amount numeric(14,2), charge_patient_id text, charge_id text,
    charge_rev_code text, charge_cpt_code text, type_of_bill text, claim_id text, charge_primary_payer_name text,
    primary_payer_member_id text, charge_amount numeric(14,2), insurance_paid_amount numeric(14,2),
    payment_total_paid numeric(14,2), payment_total_applied numeric(14,2),
    charge_insurance_adjustments numeric(14,2), charge_patient_adjustments numeric(14,2),
    charge_total_adjustments numeric(14,2), payment_received date, payment_entered date,
    insurance_applied_amount numeric(14,2), patient_applied_amount numeric(14,2),
    payment_unapplied_amount numeric(14,2), payment_source text, charge_claim_id text, payer_name text,
    payment_applied_amount numeric(14,2), primary_ins_addr_1 text, primary_ins_city text, primary_ins_state text,
    primary_ins_zip text, patient_address_1 text, patient_city text, patient_state text, patient_zip text,
    payment_id text, facility_name text, rendering_provider_name text, payment_refund_amount numeric(14,2),
    extras jsonb
) PARTITION BY LIST (client_id);
CREATE INDEX quadrant_performance_by_package ON warehouse.quadrant_performance (client_id, package_id);

-- RCM productivity: user × claim.
CREATE TABLE warehouse.rcm_productivity (
    client_id bigint NOT NULL, package_id bigint NOT NULL, customer_account text NOT NULL,
    created_by_user text, practice_name text, office_name text, note_count_cntunq bigint, claim_id text,
    claim_first_billed_date date, claim_last_billed_date date, last_note_date_max date, claim_from_date date,
    claim_to_date date, claim_status text,
    extras jsonb
) PARTITION BY LIST (client_id);
CREATE INDEX rcm_productivity_by_package ON warehouse.rcm_productivity (client_id, package_id);

-- User time spread: user × task × day.
CREATE TABLE warehouse.user_time_spread (
    client_id bigint NOT NULL, package_id bigint NOT NULL, customer_account text NOT NULL,
    user_name text, task_name text, minutes_spent numeric(18,4), work_date date, client_name text,
    extras jsonb
) PARTITION BY LIST (client_id);
CREATE INDEX user_time_spread_by_package ON warehouse.user_time_spread (client_id, package_id);

-- Write-off trends: adjustment.
CREATE TABLE warehouse.write_off_trends (
    client_id bigint NOT NULL, package_id bigint NOT NULL, customer_account text NOT NULL,
    charge_entered_date date, claim_first_billed_date date, payment_username text, patient_id text, charge_id text,
    charge_claim_id text, payment_received date, patient_full_name text, credit_source_w_o_payer text,
    adjustment_code_s text, credit_payer_name text, payment_payer_id text, patient_total_credits numeric(14,2),
    patient_total_credits_1 numeric(14,2), payment_total_applied numeric(14,2), patient_ins_credits numeric(14,2),
    patient_credits numeric(14,2), adj_code_description text, charge_cpt_code text, charge_amount numeric(14,2),
    practice_name text, facility_name text, rendering_provider_name text, adjustment_code text,
    adjustment_group_code text, adjustment_amount numeric(14,2), adjustment_entered date,
    extras jsonb
) PARTITION BY LIST (client_id);
CREATE INDEX write_off_trends_by_package ON warehouse.write_off_trends (client_id, package_id);

-- Patient-day rate, three months: charge.
CREATE TABLE warehouse.pdr3_calculator (
    client_id bigint NOT NULL, package_id bigint NOT NULL, customer_account text NOT NULL,
    facility_name text, practice_name text, charge_cpt_code text, charge_rev_code text, charge_amount numeric(14,2),
    payment_allowed_amount numeric(14,2), primary_group_number text, primary_member_id text, credit_payer_name text,
    insurance_paid_amount numeric(14,2), patient_paid_amount_w_copays numeric(14,2), payment_received date,
    payment_entered date, charge_from_date date, charge_to_date date, primary_ins_addr_1 text,
    primary_ins_city text, primary_ins_state text, primary_ins_zip text, patient_address_1 text, patient_city text,
    patient_state text, patient_zip text, charge_balance_due_ins numeric(14,2),
    charge_balance_due_pat numeric(14,2), charge_balance_at_collections numeric(14,2), charge_patient_id text,
    charge_id text,
    extras jsonb
) PARTITION BY LIST (client_id);
CREATE INDEX pdr3_calculator_by_package ON warehouse.pdr3_calculator (client_id, package_id);

-- Revenue recognition: charges: charge.
CREATE TABLE warehouse.rev_rec_charges (
    client_id bigint NOT NULL, package_id bigint NOT NULL, customer_account text NOT NULL,
    charge_primary_payer_name text, charge_primary_payer_id text, claim_primary_payer_type text,
    charge_secondary_payer_name text, claim_type text, charge_patient_id text, charge_id text, claim_id text,
    patient_full_name text, primary_payer_member_id text, charge_from_date date, charge_to_date date,
    claim_first_billed_date date, times_billed bigint, admission_date date, claim_admit_code text,
    charge_cpt_code text, charge_rev_code text, charge_units_sum numeric(18,4), type_of_bill text,
    claim_status text, charge_amount numeric(14,2), primary_group text, claim_primary_member_id text,
    charge_entered_date date, practice_name text, facility_name text, rendering_provider_name text,
    extras jsonb
) PARTITION BY LIST (client_id);
CREATE INDEX rev_rec_charges_by_package ON warehouse.rev_rec_charges (client_id, package_id);

-- Revenue recognition: payments: payment line.
CREATE TABLE warehouse.rev_rec_payments (
    client_id bigint NOT NULL, package_id bigint NOT NULL, customer_account text NOT NULL,
    practice_name text, charge_entered_date date, charge_from_date date, charge_to_date date,
    patient_full_name text, payment_allowed_amount numeric(14,2), charge_patient_id text, charge_id text,
    charge_rev_code text, charge_cpt_code text, type_of_bill text, claim_id text, charge_primary_payer_name text,
    primary_payer_member_id text, payer_name text, charge_amount numeric(14,2), insurance_paid_amount numeric(14,2),
    payment_total_paid numeric(14,2), payment_total_applied numeric(14,2),
    charge_insurance_adjustments numeric(14,2), charge_patient_adjustments numeric(14,2),
    charge_total_adjustments numeric(14,2), payment_received date, payment_entered date,
    insurance_applied_amount numeric(14,2), patient_applied_amount numeric(14,2),
    payment_unapplied_amount numeric(14,2), payment_id text, facility_name text, rendering_provider_name text,
    payment_refund_amount numeric(14,2),
    extras jsonb
) PARTITION BY LIST (client_id);
CREATE INDEX rev_rec_payments_by_package ON warehouse.rev_rec_payments (client_id, package_id);

DO $$
DECLARE
    guarded text;
BEGIN
    FOR guarded IN SELECT c.relname FROM pg_class c
                   WHERE c.relnamespace = 'warehouse'::regnamespace AND c.relkind IN ('r', 'p')
    LOOP
        EXECUTE format('ALTER TABLE warehouse.%I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE warehouse.%I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format('CREATE POLICY scope ON warehouse.%I USING ((SELECT ops.all_clients_in_scope())
                        OR client_id = ANY ((SELECT ops.clients_in_scope())::bigint[]))', guarded);
    END LOOP;
END $$;

-- The rows of the typed tables stand in one partition each, in a schema that can only be written: PostgreSQL does not
-- COPY into a table with row-level security, and a second write would cost half of the speed. What was copied is then
-- counted through the table itself, under its scope, before it is committed; nobody reads or deletes here.
DO $$
DECLARE
    report text;
BEGIN
    FOR report IN SELECT c.relname FROM pg_class c
                  WHERE c.relnamespace = 'warehouse'::regnamespace AND c.relkind = 'p'
    LOOP
        EXECUTE format('CREATE TABLE intake.%I PARTITION OF warehouse.%I DEFAULT', report, report);
        EXECUTE format('GRANT INSERT ON intake.%I TO daysheet_app', report);
    END LOOP;
END $$;

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA warehouse TO daysheet_app;
GRANT UPDATE ON warehouse.report_settings, warehouse.account_reports, warehouse.packages TO daysheet_app;
-- Rows leave by retention, or because their package was thrown away.
GRANT DELETE ON ALL TABLES IN SCHEMA warehouse TO daysheet_app;
REVOKE DELETE ON warehouse.account_reports, warehouse.packages, warehouse.report_settings FROM daysheet_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA warehouse TO daysheet_app;
GRANT SELECT ON ALL TABLES IN SCHEMA warehouse TO daysheet_reader;
-- Rejected rows, ids at the vendor and paths are the office's own business.
REVOKE ALL ON warehouse.package_rejects, warehouse.report_settings FROM daysheet_reader;

-- Denial codes and kinds of adjustments, in our own words; the views read the latest version.
-- group_code '*' stands for every group. preventable: of a kind that the office can prevent before it bills.
CREATE TABLE reporting.denial_codes (
    version     integer NOT NULL,
    group_code  text NOT NULL CHECK (group_code IN ('*', 'CO', 'PR', 'OA', 'PI', 'CR')),
    reason_code text NOT NULL CHECK (reason_code ~ '^[ABPWY]?[0-9]{1,3}$'),
    category    text NOT NULL CHECK (category IN
                ('eligibility', 'authorization', 'timely filing', 'coding', 'duplicate', 'bundling',
                 'medical necessity', 'coordination', 'documentation', 'other', 'no denial')),
    is_denial   boolean NOT NULL CHECK (is_denial = (category <> 'no denial')),
    preventable boolean NOT NULL,
    PRIMARY KEY (version, reason_code, group_code)
);
INSERT INTO reporting.denial_codes (version, group_code, reason_code, category, is_denial, preventable)
SELECT 1, '*', code, category, category <> 'no denial', category NOT IN ('medical necessity', 'other', 'no denial')
FROM (VALUES
    ('eligibility', '{26,27,31,32,33,34,109,177,200}'),
    ('authorization', '{15,39,197,198,210,243,302}'),
    ('timely filing', '{29}'),
    ('coding', '{4,5,6,7,8,9,10,11,12,58,146,181,182,199}'),
    ('duplicate', '{18}'),
    ('bundling', '{97,231,234,236}'),
    ('medical necessity', '{50,55,56,150,151,152,167}'),
    ('coordination', '{19,20,21,22}'),
    ('documentation', '{16,125,129,163,226,227,251,252}'),
    ('other', '{35,49,51,54,60,96,119,170,183,184,185,204,B7,A1}'),
    ('no denial', '{1,2,3,23,24,45,59,66,94,100,101,104,105,131,144,187,237,253}')
) AS known(category, codes), unnest(codes::text[]) AS code;

CREATE TABLE reporting.adjustment_kinds (
    version         integer NOT NULL,
    adjustment_code text NOT NULL CHECK (adjustment_code = upper(adjustment_code)),
    kind            text NOT NULL CHECK (kind IN
                    ('contractual', 'denial', 'timely filing', 'small balance', 'bad debt', 'charity',
                     'secondary payer', 'sequestration', 'other')),
    PRIMARY KEY (version, adjustment_code)
);
INSERT INTO reporting.adjustment_kinds (version, adjustment_code, kind)
SELECT 1, code, kind
FROM (VALUES
    ('contractual', '{45,45R,CO45,CO-45,59,131}'),
    ('denial', '{DENWO}'),
    ('timely filing', '{29,CO29,CO-29,TFWO}'),
    ('small balance', '{SBWO}'),
    ('bad debt', '{BDWO}'),
    ('charity', '{CHAR}'),
    ('secondary payer', '{23,OA23,OA-23}'),
    ('sequestration', '{253,CO253,CO-253}')
) AS known(kind, codes), unnest(codes::text[]) AS code;
GRANT SELECT ON reporting.denial_codes, reporting.adjustment_kinds TO daysheet_app, daysheet_reader;

-- Of requests and packages a reader sees what the views show, and neither logins, ids of saved reports nor paths.
REVOKE ALL ON warehouse.account_reports, warehouse.packages FROM daysheet_reader;
GRANT SELECT (client_id, id, customer_account, report_name, state, as_of, requested_at, asked_at, identifier, ready_at,
              loaded_at, package_id, attempts, error)
    ON warehouse.account_reports TO daysheet_reader;
GRANT SELECT (client_id, id, customer_account, report_name, state, as_of, began_at, loaded_at, published_at, seconds,
              rows_read, rows_loaded, rows_rejected, rows_padded, totals, days, undated)
    ON warehouse.packages TO daysheet_reader;
