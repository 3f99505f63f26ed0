"""Message maps: how one IDoc becomes canonical documents. One module per family of messages."""

from __future__ import annotations

from transforms.formats.idoc.maps import deliveries, materials, movements, orders
from transforms.formats.idoc.maps.contract import Map

MAPS: dict[str, tuple[Map, ...]] = {
    "ORDERS": (orders.MAP,),
    "DELVRY": (deliveries.ADVICE, deliveries.CONFIRMATION),
    "MATMAS": (materials.MAP,),
    "WMMBID": (movements.WMMBXY_MAP,),
    "MBGMCR": (movements.MBGMCR_MAP,),
}
"""By IDoc type (IDOCTYP) without the number of its version."""


def find(idoc_type: str, message: str) -> Map | None:
    """The map of an IDoc, if it is taken."""
    known = MAPS.get(idoc_type.rstrip("0123456789"), ())
    return next((layout for layout in known if message in layout.messages), None)
