"""ANSI X12 (004010 and 005010): orders, stock, warehouse, returns, item and acknowledgement sets in and out."""

from transforms.formats.x12.reader import check_options, read

__all__ = ["check_options", "read"]
