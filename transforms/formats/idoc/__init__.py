"""SAP IDocs, flat and XML: orders, deliveries, materials and goods movements in; deliveries and movements out."""

from transforms.formats.idoc.reader import check_options, read

__all__ = ["check_options", "read"]
