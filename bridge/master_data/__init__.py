"""Items, units, places and cross references: what partners' codes mean to us, and who says so."""
