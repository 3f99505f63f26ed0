"""Bad inputs: a table of what comes through doors, and what becomes of it."""
