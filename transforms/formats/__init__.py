"""Formats: one folder each, with `read` and `check_options` (see `transforms.reading`). They do not know each other."""
