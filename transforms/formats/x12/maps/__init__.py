"""Message maps: how one transaction set becomes canonical documents. One module per set."""

from __future__ import annotations

from transforms.formats.x12.maps import (
    adjustment_947,
    inventory_846,
    order_850,
    receipt_944,
    ship_notice_856,
    shipment_945,
)
from transforms.formats.x12.maps.contract import Map

MAPS: dict[str, Map] = {
    "846": inventory_846.MAP,
    "850": order_850.MAP,
    "856": ship_notice_856.MAP,
    "944": receipt_944.MAP,
    "945": shipment_945.MAP,
    "947": adjustment_947.MAP,
}

GROUP_IDS = {
    "846": "IB", "850": "PO", "855": "PR", "856": "SH", "860": "PC", "940": "OW",
    "943": "AR", "944": "RE", "945": "SW", "947": "AW", "997": "FA",
}  # fmt: skip
"""Functional group (GS01) that a set belongs into (X12 data element 479)."""
