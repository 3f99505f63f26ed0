"""ORDERS05 and its older versions: orders, their changes."""

from __future__ import annotations

from transforms.formats.idoc.segments.contract import Field, Segment

READ = (
    Segment(
        "E1EDK01",
        parent=None,
        version="005",
        fields=(
            Field("ACTION", 0, 3),
            Field("CURCY", 4, 3),
            Field("BSART", 79, 4),
            Field("BELNR", 83, 35),
        ),
    ),
    Segment(
        "E1EDK02",
        parent=None,
        version="",
        fields=(
            Field("QUALF", 0, 3),
            Field("BELNR", 3, 35),
            Field("POSNR", 38, 6),
            Field("DATUM", 44, 8, "date"),
            Field("UZEIT", 52, 6, "time"),
        ),
    ),
    Segment(
        "E1EDK03",
        parent=None,
        version="",
        fields=(
            Field("IDDAT", 0, 3),
            Field("DATUM", 3, 8, "date"),
            Field("UZEIT", 11, 6, "time"),
        ),
    ),
    Segment(
        "E1EDKA1",
        parent=None,
        version="003",
        fields=(
            Field("PARVW", 0, 3),
            Field("PARTN", 3, 17),
            Field("LIFNR", 20, 17),
            Field("NAME1", 37, 35),
        ),
    ),
    Segment(
        "E1EDP01",
        parent=None,
        version="007",
        fields=(
            Field("POSEX", 0, 6),
            Field("ACTION", 6, 3),
            Field("MENGE", 11, 15, "number"),
            Field("MENEE", 26, 3),
            Field("VPREI", 54, 15, "number"),
            Field("PEINH", 69, 9, "number"),
            Field("WERKS", 311, 4),
        ),
    ),
    Segment(
        "E1EDP19",
        parent="E1EDP01",
        version="002",
        fields=(
            Field("QUALF", 0, 3),
            Field("IDTNR", 3, 35),
            Field("KTEXT", 38, 70),
        ),
    ),
    Segment(
        "E1EDP20",
        parent="E1EDP01",
        version="",
        fields=(
            Field("WMENG", 0, 15, "number"),
            Field("EDATU", 30, 8, "date"),
            Field("EZEIT", 38, 6, "time"),
        ),
    ),
    Segment(
        "E1EDS01",
        parent=None,
        version="",
        fields=(
            Field("SUMID", 0, 3),
            Field("SUMME", 3, 18, "number"),
        ),
    ),
)

ALSO = frozenset({
    "E1EDK04", "E1EDK05", "E1EDK14", "E1EDK17", "E1EDK18", "E1EDK35", "E1EDK36", "E1EDKA3", "E1EDKT1",
    "E1EDKT2", "E1EDP02", "E1EDP03", "E1EDP04", "E1EDP05", "E1EDPS5", "E1EDP17", "E1EDP18", "E1EDP35",
    "E1EDPA1", "E1EDPA3", "E1EDPAD", "E1EDPT1", "E1EDPT2", "E1CUREF", "E1ADDI1", "E1TXTH1", "E1TXTP1",
    "E1EDC01", "E1CUCFG", "E1CUINS", "E1CUPRT", "E1CUVAL", "E1CUBLB",
})  # fmt: skip
"""Segments that may stand there and are not read."""
