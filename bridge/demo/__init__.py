"""A business day of the example company, on this machine, with real processes on both sides."""
