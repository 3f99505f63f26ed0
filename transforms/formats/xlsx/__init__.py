"""Spreadsheets with a header row, read by a partner's layout."""

from __future__ import annotations

from transforms.formats.xlsx.reader import check_options, read

__all__ = ["check_options", "read"]
