"""Message maps: how one EDIFACT message becomes canonical documents. One module per message."""

from __future__ import annotations

from transforms.edi.maps import Map
from transforms.formats.edifact.maps import (
    contrl,
    desadv,
    invrpt,
    ordchg,
    orders,
    ordrsp,
    pricat,
    recadv,
    slsrpt,
)
from transforms.formats.edifact.message import Message

MAPS: dict[str, Map[Message]] = {
    "CONTRL": contrl.MAP,
    "DESADV": desadv.MAP,
    "INVRPT": invrpt.MAP,
    "ORDCHG": ordchg.MAP,
    "ORDERS": orders.MAP,
    "ORDRSP": ordrsp.MAP,
    "PRICAT": pricat.MAP,
    "RECADV": recadv.MAP,
    "SLSRPT": slsrpt.MAP,
}
