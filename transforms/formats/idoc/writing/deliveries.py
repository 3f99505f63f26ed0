"""DELVRY03 from what was shipped (WHSCON), moved to another site (WHSCON), or advised (DESADV)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from transforms.canonical.document import Document
from transforms.canonical.inbound import InboundAdvised
from transforms.canonical.shipments import ShipmentConfirmed, TransferShipped
from transforms.errors import Unsupported
from transforms.formats.idoc.tree import Node
from transforms.formats.idoc.writing import fields
from transforms.formats.idoc.writing.agreement import Agreement
from transforms.formats.idoc.writing.fields import node

_TYPES: dict[type[Document], tuple[str, str]] = {
    ShipmentConfirmed: ("WHSCON", "LF"),
    TransferShipped: ("WHSCON", "NL"),
    InboundAdvised: ("DESADV", "LF"),
}
"""MESTYP and LFART."""


def segments(document: Document, agreement: Agreement) -> tuple[str, list[Node]]:
    """MESTYP and the segments at the top. Raises :class:`Unsupported` for other documents."""
    if type(document) not in _TYPES:
        raise Unsupported(f"{document.type} cannot be said in DELVRY03")
    message, kind = _TYPES[type(document)]
    told: Any = document
    header = node(
        "E1EDL20",
        node("E1EDL21", LFART=kind),
        *_parties(told),
        *_dates(told),
        *[_item(told, line, ordinal, agreement) for ordinal, line in enumerate(told.lines, start=1)],
        *_pallets(told, agreement),
        VBELN=_number(told),
        BOLNR=getattr(told, "bill_of_lading", None),
    )
    return message, [header]


def _number(told: Any) -> str:
    return told.references.get("so", told.number) if isinstance(told, TransferShipped) else told.number


def _parties(told: Any) -> list[Node]:
    if isinstance(told, InboundAdvised):
        to = told.site
    else:
        to = told.to_site if isinstance(told, TransferShipped) else told.ship_to
    found = {"WE": next(iter(to.values()), ""), "SP": getattr(told, "carrier", None) or ""}
    return [node("E1ADRM1", PARTNER_Q=role, PARTNER_ID=code) for role, code in found.items() if code]


def _dates(told: Any) -> list[Node]:
    if not isinstance(told, InboundAdvised):
        at = told.occurred_at
        return [node("E1EDT13", QUALF="006", NTANF=fields.day(at), ISDD=fields.day(at), ISDZ=f"{at:%H%M%S}")]
    dates = []
    if told.shipped_at:
        dates.append(node("E1EDT13", QUALF="006", ISDD=fields.compact(told.shipped_at)))
    if told.eta:
        eta = datetime.fromisoformat(told.eta)
        dates.append(node("E1EDT13", QUALF="007", NTEND=fields.day(eta), NTENZ=f"{eta:%H%M%S}"))
    return dates


def _position(line: Any, ordinal: int) -> str:
    """The line's own number where it is one, else tens."""
    own = line.line
    return own.zfill(6) if own.isascii() and own.isdigit() and len(own) <= 5 else f"{ordinal * 10:06d}"


def _item(told: Any, line: Any, ordinal: int, agreement: Agreement) -> Node:
    is_advice = isinstance(told, InboundAdvised)
    plant, storage = ("", "") if is_advice else fields.site(told, line, agreement)
    quantity, unit = fields.amount(line, agreement)
    order, order_line = _order(told, line)
    below = [node("E1EDL41", QUALI="001", BSTNR=order, POSEX=order_line)] if order or order_line else []
    below += [node("E1EDL11", SERNR=serial) for serial in line.serials]
    return node(
        "E1EDL24",
        *below,
        POSNR=_position(line, ordinal),
        MATNR=fields.material(line, agreement),
        WERKS=plant,
        LGORT=storage,
        CHARG=line.lot,
        KDMAT35=line.item.get("BP") if is_advice else None,
        LFIMG=fields.quantity(quantity),
        VRKME=unit,
        EAN11=line.item.get("EN"),
        VFDAT=fields.compact(line.expiry),
    )


def _order(told: Any, line: Any) -> tuple[str | None, str | None]:
    if isinstance(told, InboundAdvised):
        return line.po_number or told.references.get("po"), line.po_line
    if isinstance(told, TransferShipped):
        return told.number, None
    return told.references.get("customer_po"), line.order_line


def _pallets(told: Any, agreement: Agreement) -> list[Node]:
    """Logistic units with what is in them."""
    contents: dict[str, list[Node]] = {}
    for ordinal, line in enumerate(told.lines, start=1):
        sscc = getattr(line, "sscc", None)
        if sscc:
            quantity, unit = fields.amount(line, agreement)
            contents.setdefault(sscc, []).append(
                node(
                    "E1EDL44",
                    VBELN=_number(told),
                    POSNR=_position(line, ordinal),
                    VEMNG=fields.quantity(quantity),
                    VEMEH=unit,
                )
            )
    return [node("E1EDL37", *inside, EXIDV=f"00{sscc}") for sscc, inside in contents.items()]
