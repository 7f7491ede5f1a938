"""Who may do what: people, roles, sign-in, sessions, and the gate that services begin with."""
