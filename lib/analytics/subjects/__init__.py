"""What each page tells of: aging, denials, payments, billing, work and so on, as figures."""
