"""Message maps: how one transaction set becomes canonical documents. One module per set."""

from __future__ import annotations

from transforms.edi.maps import Map
from transforms.formats.x12.maps import (
    acknowledgement_997,
    acknowledgement_999,
    adjustment_947,
    catalogue_832,
    inventory_846,
    item_888,
    order_850,
    order_change_860,
    receipt_944,
    return_180,
    sales_852,
    ship_notice_856,
    ship_order_940,
    shipment_945,
    transfer_943,
)
from transforms.formats.x12.sets import TransactionSet

MAPS: dict[str, Map[TransactionSet]] = {
    "180": return_180.MAP,
    "832": catalogue_832.MAP,
    "846": inventory_846.MAP,
    "850": order_850.MAP,
    "852": sales_852.MAP,
    "856": ship_notice_856.MAP,
    "860": order_change_860.MAP,
    "888": item_888.MAP,
    "940": ship_order_940.MAP,
    "943": transfer_943.MAP,
    "944": receipt_944.MAP,
    "945": shipment_945.MAP,
    "947": adjustment_947.MAP,
    "997": acknowledgement_997.MAP,
    "999": acknowledgement_999.MAP,
}

GROUP_IDS = {
    "180": "AN", "832": "SC", "846": "IB", "850": "PO", "852": "PD", "855": "PR", "856": "SH", "860": "PC",
    "888": "QG", "940": "OW", "943": "AR", "944": "RE", "945": "SW", "947": "AW", "997": "FA", "999": "FA",
}  # fmt: skip
"""Functional group (GS01) that a set belongs into (X12 data element 479)."""
