"""ANSI X12: 850, 856, 846, 944, 945 and 947 in (004010 and 005010), 997 out."""

from transforms.formats.x12.reader import check_options, read

__all__ = ["check_options", "read"]
