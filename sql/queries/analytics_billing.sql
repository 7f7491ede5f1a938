-- name: patient_day_rates
-- Purpose: the patient-day rates with what they are made of, the highest paid first.
-- Grain: client × account × facility × payer × level of care.
SELECT client_id, customer_account, facility_name, credit_payer_name, charge_rev_code, first_day, last_day,
       charge_count, patient_days, charge_amount, allowed_amount, paid_amount, paid_per_patient_day,
       allowed_per_patient_day
FROM reporting.{view}
WHERE {conditions}
ORDER BY paid_per_patient_day DESC NULLS LAST, client_id, customer_account, facility_name NULLS LAST,
         credit_payer_name NULLS LAST, charge_rev_code NULLS LAST;
