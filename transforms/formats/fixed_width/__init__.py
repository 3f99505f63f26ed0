"""Files of fixed-width records, read by a partner's layout."""

from __future__ import annotations

from transforms.formats.fixed_width.reader import check_options, read

__all__ = ["check_options", "read"]
