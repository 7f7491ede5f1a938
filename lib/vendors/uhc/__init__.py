"""The door to UnitedHealthcare's claim status."""
