"""Practice mode: an invented population and stand-in vendors that speak the real protocols on this computer."""
