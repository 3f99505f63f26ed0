"""DELVRY03 to DELVRY07: ship notices and what a warehouse confirms of a delivery."""

from __future__ import annotations

from transforms.formats.idoc.segments.contract import Field, Segment

READ = (
    Segment(
        "E1EDL20",
        parent=None,
        version="",
        fields=(
            Field("VBELN", 0, 10),
            Field("BOLNR", 149, 35),
            Field("TRAID", 188, 20),
            Field("LIFEX", 218, 35),
        ),
    ),
    Segment(
        "E1EDL21",
        parent="E1EDL20",
        version="",
        fields=(Field("LFART", 0, 4),),
    ),
    Segment(
        "E1EDL18",
        parent="E1EDL20",
        version="",
        fields=(
            Field("QUALF", 0, 3),
            Field("PARAM", 3, 20),
        ),
    ),
    Segment(
        "E1ADRM1",
        parent="E1EDL20",
        version="001",
        fields=(
            Field("PARTNER_Q", 0, 3),
            Field("PARTNER_ID", 4, 17),
            Field("NAME1", 55, 40),
        ),
    ),
    Segment(
        "E1EDT13",
        parent="E1EDL20",
        version="001",
        fields=(
            Field("QUALF", 0, 3),
            Field("NTANF", 27, 8, "date"),
            Field("NTANZ", 35, 6, "time"),
            Field("NTEND", 41, 8, "date"),
            Field("NTENZ", 49, 6, "time"),
            Field("ISDD", 61, 8, "date"),
            Field("ISDZ", 69, 6, "time"),
        ),
    ),
    Segment(
        "E1EDL24",
        parent="E1EDL20",
        version="006",
        fields=(
            Field("POSNR", 0, 6),
            Field("MATNR", 6, 18),
            Field("WERKS", 136, 4),
            Field("LGORT", 140, 4),
            Field("CHARG", 144, 10),
            Field("KDMAT", 154, 22),
            Field("LFIMG", 176, 15, "number"),
            Field("VRKME", 191, 3),
            Field("HIPOS", 273, 6),
            Field("EAN11", 302, 18),
            Field("KDMAT35", 470, 35),
            Field("MATNR_EXTERNAL", 688, 40),
            Field("VFDAT", 872, 8, "date"),
            Field("VGBEL", 880, 10),
            Field("VGPOS", 890, 6),
        ),
    ),
    Segment(
        "E1EDL41",
        parent="E1EDL24",
        version="",
        fields=(
            Field("QUALI", 0, 3),
            Field("BSTNR", 3, 35),
            Field("POSEX", 62, 6),
        ),
    ),
    Segment(
        "E1EDL43",
        parent="E1EDL24",
        version="",
        fields=(
            Field("QUALF", 0, 1),
            Field("BELNR", 1, 35),
            Field("POSNR", 36, 6),
        ),
    ),
    Segment(
        "E1EDL11",
        parent="E1EDL24",
        version="",
        fields=(Field("SERNR", 0, 18),),
    ),
    Segment(
        "E1EDL37",
        parent="E1EDL20",
        version="003",
        fields=(Field("EXIDV", 0, 20),),
    ),
    Segment(
        "E1EDL44",
        parent="E1EDL37",
        version="001",
        fields=(
            Field("VBELN", 1, 10),
            Field("POSNR", 11, 6),
            Field("EXIDV", 17, 20),
            Field("VEMNG", 37, 15, "number"),
            Field("VEMEH", 52, 3),
            Field("MATNR", 55, 18),
            Field("CHARG", 73, 10),
        ),
    ),
)

ALSO = frozenset({
    "E1ADRE1", "E1ADHDR", "E1EDL22", "E1EDL23", "E1EDL25", "E1EDL26", "E1EDL27", "E1EDL28", "E1EDL29",
    "E1EDL30", "E1EDL31", "E1EDL32", "E1EDL33", "E1EDL34", "E1EDL35", "E1EDL36", "E1EDL38", "E1EDL39",
    "E1EDL40", "E1EDL42", "E1EDL45", "E1EDL46", "E1EDL47", "E1EDL48", "E1EDL50", "E1EDL51", "E1EDL15",
    "E1EDL16", "E1EDL17", "E1EDL19", "E1EDL10", "E1TXTH8", "E1TXTP8", "E1TXTH9", "E1TXTP9",
})  # fmt: skip
"""Segments that may stand there and are not read."""
