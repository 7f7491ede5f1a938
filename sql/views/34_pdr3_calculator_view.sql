-- Purpose: the patient-day rate over three months: paid, and allowed, ÷ patient days.
-- Grain: client × account × facility × payer × level of care (revenue code).
-- Date basis: charges whose first DOS is in the last three full months at the as-of day (a month that ends on it is
-- full). Our reading of a report whose formula is not public: a patient day is a patient and a date of service, each
-- once; a charge from one day to another covers every day between; patients are told apart by id, else member id.
-- A patient day of two levels of care counts in both: patient days of several rows must not be added.
CREATE OR REPLACE VIEW reporting.pdr3_calculator_view WITH (security_invoker = true) AS
WITH charges AS (
    SELECT r.*, coalesce(r.charge_patient_id, r.primary_member_id) AS patient,
           CASE WHEN r.charge_to_date - r.charge_from_date BETWEEN 0 AND 366
                THEN r.charge_to_date - r.charge_from_date + 1 ELSE 1 END AS days_covered,
           (date_trunc('month', (r.as_of + 1)::timestamp) - interval '3 months')::date AS first_day,
           (date_trunc('month', (r.as_of + 1)::timestamp) - interval '1 day')::date AS last_day
    FROM reporting.pdr3_calculator_rows r
), patients AS (
    SELECT client_id, package_id, facility_name, credit_payer_name, charge_rev_code, patient,
           max(customer_account) AS customer_account, max(as_of) AS as_of, max(first_day) AS first_day,
           max(last_day) AS last_day, count(*) AS charges, sum(charge_amount) AS charged,
           sum(payment_allowed_amount) AS allowed, sum(insurance_paid_amount) AS insurance_paid,
           sum(patient_paid_amount_w_copays) AS patient_paid,
           -- One bit a day from the first day on: 92 days, and a stay of 367 that begins on the last of them. On a
           -- million charges that takes a third of the time of days as rows.
           CASE WHEN patient IS NOT NULL
                THEN bit_count(bit_or((~0::bit(459)) << (459 - days_covered) >> (charge_from_date - first_day)))
           END AS days
    FROM charges
    WHERE charge_from_date BETWEEN first_day AND last_day
    GROUP BY client_id, package_id, facility_name, credit_payer_name, charge_rev_code, patient
)
SELECT client_id, max(customer_account) AS customer_account, package_id, max(as_of) AS as_of,
       max(first_day) AS first_day, max(last_day) AS last_day, facility_name, credit_payer_name, charge_rev_code,
       sum(charges)::bigint AS charge_count,
       coalesce(sum(charges) FILTER (WHERE patient IS NULL), 0)::bigint AS charges_without_patient,
       sum(days)::bigint AS patient_days,
       coalesce(sum(charged), 0)::numeric(18,2) AS charge_amount,
       coalesce(sum(allowed), 0)::numeric(18,2) AS allowed_amount,
       coalesce(sum(insurance_paid), 0)::numeric(18,2) AS insurance_paid_amount,
       coalesce(sum(patient_paid), 0)::numeric(18,2) AS patient_paid_amount,
       (coalesce(sum(insurance_paid), 0) + coalesce(sum(patient_paid), 0))::numeric(18,2) AS paid_amount,
       ((coalesce(sum(insurance_paid), 0) + coalesce(sum(patient_paid), 0)) / sum(days))::numeric(18,2)
           AS paid_per_patient_day,
       (coalesce(sum(insurance_paid), 0) / sum(days))::numeric(18,2) AS insurance_paid_per_patient_day,
       (coalesce(sum(allowed), 0) / sum(days))::numeric(18,2) AS allowed_per_patient_day
FROM patients
GROUP BY client_id, package_id, facility_name, credit_payer_name, charge_rev_code;
GRANT SELECT ON reporting.pdr3_calculator_view TO daysheet_app, daysheet_reader;

COMMENT ON COLUMN reporting.pdr3_calculator_view.first_day IS 'first day of the three months';
COMMENT ON COLUMN reporting.pdr3_calculator_view.last_day IS 'last day of the three months';
COMMENT ON COLUMN reporting.pdr3_calculator_view.charge_rev_code IS 'level of care';
COMMENT ON COLUMN reporting.pdr3_calculator_view.charge_count IS 'charges';
COMMENT ON COLUMN reporting.pdr3_calculator_view.charges_without_patient IS
    'charges that name no patient: their money counts, their days cannot';
COMMENT ON COLUMN reporting.pdr3_calculator_view.patient_days IS
    'patients and dates of service, each pair once; empty where no charge names its patient';
COMMENT ON COLUMN reporting.pdr3_calculator_view.charge_amount IS 'gross charges';
COMMENT ON COLUMN reporting.pdr3_calculator_view.allowed_amount IS 'allowed';
COMMENT ON COLUMN reporting.pdr3_calculator_view.insurance_paid_amount IS 'paid by insurance';
COMMENT ON COLUMN reporting.pdr3_calculator_view.patient_paid_amount IS 'paid by patients, copays among it';
COMMENT ON COLUMN reporting.pdr3_calculator_view.paid_amount IS 'paid by insurance and patients';
COMMENT ON COLUMN reporting.pdr3_calculator_view.paid_per_patient_day IS 'paid ÷ patient days';
COMMENT ON COLUMN reporting.pdr3_calculator_view.insurance_paid_per_patient_day IS 'paid by insurance ÷ patient days';
COMMENT ON COLUMN reporting.pdr3_calculator_view.allowed_per_patient_day IS 'allowed ÷ patient days';
