"""What names a patient: masked for who may not see patients, and left out of de-identified exports."""
