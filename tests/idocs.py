"""IDocs for tests, spelled here by hand: nothing of the project's own writer or offsets is used.

Offsets are counted a second time, so that a slip in the project's own table shows.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from transforms.errors import Problem
from transforms.formats import idoc
from transforms.reading import Context, Drafted, PartClosed

NOW = datetime(2026, 11, 2, tzinfo=UTC)

CONTROL = {
    "TABNAM": 0, "MANDT": 10, "DOCNUM": 13, "DIRECT": 35, "TEST": 38, "IDOCTYP": 39, "CIMTYP": 69, "MESTYP": 99,
    "SNDPRT": 158, "SNDPRN": 162, "RCVPRN": 277, "CREDAT": 378, "CRETIM": 386,
}  # fmt: skip
FLAT = {
    "E1EDK01": ("E2EDK01005", {"ACTION": 0, "CURCY": 4, "BSART": 79, "BELNR": 83}),
    "E1EDK02": ("E2EDK02", {"QUALF": 0, "BELNR": 3}),
    "E1EDK03": ("E2EDK03", {"IDDAT": 0, "DATUM": 3, "UZEIT": 11}),
    "E1EDKA1": ("E2EDKA1003", {"PARVW": 0, "PARTN": 3, "LIFNR": 20}),
    "E1EDP01": ("E2EDP01007", {"POSEX": 0, "ACTION": 6, "MENGE": 11, "MENEE": 26, "VPREI": 54, "PEINH": 69}),
    "E1EDP19": ("E2EDP19001", {"QUALF": 0, "IDTNR": 3}),
    "E1EDP20": ("E2EDP20", {"WMENG": 0, "EDATU": 30}),
    "E1EDS01": ("E2EDS01", {"SUMID": 0, "SUMME": 3}),
    "E1EDL20": ("E2EDL20", {"VBELN": 0, "BOLNR": 149}),
    "E1EDL21": ("E2EDL21", {"LFART": 0}),
    "E1ADRM1": ("E2ADRM1001", {"PARTNER_Q": 0, "PARTNER_ID": 4}),
    "E1EDT13": ("E2EDT13001", {"QUALF": 0, "NTANF": 27, "NTEND": 41, "NTENZ": 49, "ISDD": 61, "ISDZ": 69}),
    "E1EDL24": (
        "E2EDL24006",
        {
            "POSNR": 0, "MATNR": 6, "WERKS": 136, "LGORT": 140, "CHARG": 144, "KDMAT": 154, "LFIMG": 176,
            "VRKME": 191, "HIPOS": 273, "EAN11": 302, "KDMAT35": 470, "MATNR_EXTERNAL": 688, "VFDAT": 872,
        },
    ),
    "E1EDL41": ("E2EDL41", {"QUALI": 0, "BSTNR": 3, "POSEX": 62}),
    "E1EDL11": ("E2EDL11", {"SERNR": 0}),
    "E1EDL37": ("E2EDL37003", {"EXIDV": 0}),
    "E1EDL44": ("E2EDL44001", {"VELIN": 0, "VBELN": 1, "POSNR": 11, "VEMNG": 37, "VEMEH": 52}),
    "E1MARAM": (
        "E2MARAM009",
        {"MSGFN": 0, "MATNR": 3, "LVORM": 76, "MTART": 77, "MEINS": 109, "EAN11": 363, "XCHPF": 489, "MHDRZ": 518, "MHDHB": 522},
    ),
    "E1MAKTM": ("E2MAKTM001", {"MSGFN": 0, "SPRAS": 3, "MAKTX": 4, "SPRAS_ISO": 44}),
    "E1MARCM": ("E2MARCM008", {"MSGFN": 0, "WERKS": 3, "EISBE": 72}),
    "E1MARMM": ("E2MARMM002", {"MSGFN": 0, "MEINH": 3, "UMREZ": 6, "UMREN": 11, "EAN11": 29}),
    "E1MBXYH": ("E2MBXYH", {"BLDAT": 0, "BUDAT": 8, "XBLNR": 16, "BKTXT": 32}),
    "E1MBXYI": (
        "E2MBXYI",
        {
            "MATNR": 2, "WERKS": 20, "LGORT": 24, "CHARG": 28, "BWART": 38, "INSMK": 41, "ERFMG": 115, "ERFME": 130,
            "EBELN": 151, "EBELP": 161, "KOSTL": 254, "AUFNR": 264, "UMWRK": 325, "UMLGO": 329, "LFBNR": 582,
            "VBELN": 636,
        },
    ),
    "E1MBXYJ": ("E2MBXYJ", {"MBLNR": 0, "MJAHR": 10}),
    "E1MBGMCR": ("E2MBGMCR", {"TESTRUN": 0}),
    "E1BP2017_GM_HEAD_01": ("E2BP2017_GM_HEAD_01", {"PSTNG_DATE": 0, "DOC_DATE": 8, "REF_DOC_NO": 16, "HEADER_TXT": 70}),
    "E1BP2017_GM_CODE": ("E2BP2017_GM_CODE", {"GM_CODE": 0}),
    "E1BP2017_GM_ITEM_CREATE": (
        "E2BP2017_GM_ITEM_CREATE",
        {
            "MATERIAL": 0, "PLANT": 18, "STGE_LOC": 22, "BATCH": 26, "MOVE_TYPE": 36, "STCK_TYPE": 39, "ENTRY_QNT": 91,
            "ENTRY_UOM": 106, "ENTRY_UOM_ISO": 109, "PO_NUMBER": 133, "PO_ITEM": 143, "COSTCENTER": 240,
            "ORDERID": 250, "MOVE_PLANT": 318, "MOVE_STLOC": 322, "REF_DOC": 509,
        },
    ),
    "E1BP2017_GM_SERIALNUMBER": ("E2BP2017_GM_SERIALNUMBER", {"MATDOC_ITM": 0, "SERIALNO": 4}),
}  # fmt: skip


def seg(name, *below, **fields):
    """A segment for :func:`flat` and :func:`xml`."""
    return name, fields, below


def head(message, kind, **more):
    """A control record's fields; ``more`` overrides."""
    return {
        "TABNAM": "EDI_DC40", "MANDT": "100", "DOCNUM": "0000000000004711", "DIRECT": "2", "IDOCTYP": kind,
        "MESTYP": message, "SNDPRT": "LS", "SNDPRN": "SAPERP", "RCVPRN": "NORTHBAY", "CREDAT": "20261102",
        "CRETIM": "080000",
    } | more  # fmt: skip


def records(control, *segments):
    """The records of one IDoc, each at its full length."""
    written = [_row(control, CONTROL, 524)]

    def add(segment, parent, level):
        name, fields, below = segment
        number = len(written)
        definition, places = FLAT.get(name, (name, {}))
        header = f"{definition:30}{control['MANDT']}{control['DOCNUM']:16}{number:06}{parent:06}{level:02}"
        written.append(header + _row(fields, places, 1000))
        for child in below:
            add(child, number, level + 1)

    for segment in segments:
        add(segment, 0, 1)
    return written


def flat(control, *segments, end="\n", trim=False):
    lines = records(control, *segments)
    return "".join((line.rstrip() if trim else line) + end for line in lines)


def _row(fields, places, length):
    row = [" "] * length
    for name, value in fields.items():
        row[places[name] : places[name] + len(value)] = value
    return "".join(row)


def idoc_element(control, *segments):
    def element(segment):
        name, fields, below = segment
        inside = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in fields.items())
        return f'<{name} SEGMENT="1">{inside}{"".join(map(element, below))}</{name}>'

    body = "".join(map(element, (seg("EDI_DC40", **control), *segments)))
    return f'<IDOC BEGIN="1">{body}</IDOC>'


def xml(control, *segments):
    root = control.get("IDOCTYP", "IDOCS")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{idoc_element(control, *segments)}</{root}>\n'


SPELLINGS = {"flat": flat, "xml": xml}


def read(text, *, key="file/sap/1", alias=None, **options):
    data = text if isinstance(text, bytes) else text.encode(options.get("encoding", "utf-8"))
    context = Context("nb", "sap", "sap", key, NOW, options=options, unit_alias=alias or {})
    return list(idoc.read(io.BytesIO(data), context))


def problems(events):
    return [event for event in events if isinstance(event, Problem) and not event.warning]


def documents(events):
    """Documents that count."""
    accepted = {event.part for event in events if isinstance(event, PartClosed) and event.accepted}
    return [event.document for event in events if isinstance(event, Drafted) and event.part in accepted]


# --- one message of each kind ------------------------------------------------


def order(*items, message="ORDERS", number="4500000077", action="", total=None, **control):
    items = items or (item("000010"), item("000020", menge="5.000-"[:5], material="000000000000004712"))
    segments = [
        seg("E1EDK01", **({"ACTION": action} if action else {}), CURCY="EUR", BSART="NB", BELNR=number),
        seg("E1EDK03", IDDAT="012", DATUM="20261101"),
        seg("E1EDK03", IDDAT="002", DATUM="20261115"),
        seg("E1EDKA1", PARVW="AG", PARTN="0000009001"),
        seg("E1EDKA1", PARVW="WE", PARTN="0000009002"),
        seg("E1EDK02", QUALF="001", BELNR="PO-77"),
        *items,
    ]
    if total is not None:
        segments.append(seg("E1EDS01", SUMID="001", SUMME=total))
    return (head(message, "ORDERS05", **control), *segments)


def item(position="000010", menge="12.000", unit="PCE", material="000000000000004711", **fields):
    return seg(
        "E1EDP01", seg("E1EDP19", QUALF="001", IDTNR=material), seg("E1EDP19", QUALF="003", IDTNR="9521234000013"),
        POSEX=position, MENGE=menge, MENEE=unit, **fields,
    )  # fmt: skip


def delivery(
    *items, message="WHSCON", kind="LF", parties=None, below=(), docnum="0000000000004711", **control
):
    parties = {"WE": "0000009002", "SP": "DHL"} if parties is None else parties
    return (
        head(message, "DELVRY03", **({"DOCNUM": docnum} | control)),
        seg(
            "E1EDL20",
            seg("E1EDL21", LFART=kind),
            *[seg("E1ADRM1", PARTNER_Q=role, PARTNER_ID=code) for role, code in parties.items()],
            seg("E1EDT13", QUALF="006", NTANF="20261101", ISDD="20261102", ISDZ="101500"),
            seg("E1EDT13", QUALF="007", NTEND="20261104", NTENZ="070000"),
            *items,
            *below,
            VBELN="0080001234",
            BOLNR="BOL-1",
        ),
    )


def goods(position="000010", quantity="6.000", *below, **fields):
    given = {"MATNR": "000000000000004711", "WERKS": "1000", "LGORT": "0001", "VRKME": "ST"} | fields
    return seg("E1EDL24", *below, POSNR=position, LFIMG=quantity, **given)


def wmmbxy(*items, number="WR-1", docnum="0000000000004711", **control):
    return (
        head("WMMBXY", "WMMBID02", **({"DOCNUM": docnum} | control)),
        seg("E1MBXYH", *items, BLDAT="20261101", BUDAT="20261102", XBLNR=number),
    )


def moved(movement="101", quantity="6.000", *below, **fields):
    given = {"MATNR": "000000000000004711", "WERKS": "1000", "ERFME": "ST"} | fields
    return seg("E1MBXYI", *below, BWART=movement, ERFMG=quantity, **given)


def mbgmcr(*items, code="01", number="WR-1", testrun="", serials=(), **control):
    return (
        head("MBGMCR", "MBGMCR03", **control),
        seg(
            "E1MBGMCR",
            seg("E1BP2017_GM_HEAD_01", PSTNG_DATE="20261102", DOC_DATE="20261101", REF_DOC_NO=number),
            seg("E1BP2017_GM_CODE", GM_CODE=code),
            *items,
            *[seg("E1BP2017_GM_SERIALNUMBER", MATDOC_ITM=at, SERIALNO=serial) for at, serial in serials],
            **({"TESTRUN": testrun} if testrun else {}),
        ),
    )


def posted(movement="101", quantity="6.000", **fields):
    given = {"MATERIAL": "000000000000004711", "PLANT": "1000", "ENTRY_UOM": "ST"} | fields
    return seg("E1BP2017_GM_ITEM_CREATE", MOVE_TYPE=movement, ENTRY_QNT=quantity, **given)


def material(*below, **fields):
    given = {"MSGFN": "009", "MATNR": "000000000000004711", "MEINS": "PCE"} | fields
    return (head("MATMAS", "MATMAS05"), seg("E1MARAM", *below, **given))
