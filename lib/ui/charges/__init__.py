"""The parts of the Charges page, one file a step of the biller's road."""
