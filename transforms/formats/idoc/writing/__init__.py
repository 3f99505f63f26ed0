"""Writing IDocs: a canonical document becomes one IDoc, flat or XML (DELVRY03, WMMBXY, MBGMCR03).

A value that does not fit its field is refused, never cut off, and so is a document that the message cannot say.
"""

from __future__ import annotations

from datetime import datetime

from transforms.canonical.document import Document
from transforms.errors import Unreadable
from transforms.formats.idoc import spelling
from transforms.formats.idoc.segments.control import NAME
from transforms.formats.idoc.tree import Node
from transforms.formats.idoc.writing import deliveries, movements
from transforms.formats.idoc.writing.agreement import Agreement

_ENDS = {"lf": "\n", "crlf": "\r\n", "none": ""}
_TYPES = {"DELVRY03": "DELVRY03", "WMMBXY": "WMMBID02", "MBGMCR03": "MBGMCR03"}


def write(document: Document, agreement: Agreement, *, number: int, at: datetime, key: str) -> bytes:
    """One IDoc. ``number`` becomes DOCNUM, ``at`` (UTC) its date, ``key`` (at most 16) the reference document.

    Raises :class:`transforms.errors.TransformError` when the document cannot be said in the message.
    """
    if agreement.message == "DELVRY03":
        message, top = deliveries.segments(document, agreement)
    elif agreement.message == "WMMBXY":
        message, top = "WMMBXY", movements.wmmbxy(document, agreement, key)
    else:
        message, top = "MBGMCR", movements.mbgmcr(document, agreement, key)
    control = _control(agreement, message, number, at)
    for node in (control, *top):
        spelling.check(node)
    if agreement.form == "xml":
        declared = f'<?xml version="1.0" encoding="{agreement.encoding}"?>\n'
        return _encoded(declared + spelling.document(control, top), agreement)
    end = _ENDS[agreement.line_end]
    return _encoded("".join(record + end for record in spelling.records(control, top)), agreement)


def _control(agreement: Agreement, message: str, number: int, at: datetime) -> Node:
    fields = {
        "TABNAM": NAME,
        "MANDT": agreement.client,
        "DOCNUM": f"{number:016d}",
        "DIRECT": "2",
        "TEST": "X" if agreement.test else "",
        "IDOCTYP": _TYPES[agreement.message],
        "MESTYP": message,
        "SNDPOR": agreement.sender_port,
        "SNDPRT": agreement.partner_type,
        "SNDPRN": agreement.sender,
        "RCVPOR": agreement.receiver_port,
        "RCVPRT": agreement.partner_type,
        "RCVPRN": agreement.receiver,
        "CREDAT": f"{at:%Y%m%d}",
        "CRETIM": f"{at:%H%M%S}",
    }
    return Node(NAME, {name: value for name, value in fields.items() if value}, 0)


def _encoded(text: str, agreement: Agreement) -> bytes:
    try:
        return text.encode(agreement.encoding)
    except UnicodeEncodeError as error:
        odd = error.object[error.start]
        raise Unreadable(f"{odd!r} does not exist in {agreement.encoding}", value=odd) from error


__all__ = ["Agreement", "write"]
