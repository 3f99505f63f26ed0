"""MATMAS05 and its older versions: what a material is."""

from __future__ import annotations

from transforms.formats.idoc.segments.contract import Field, Segment

READ = (
    Segment(
        "E1MARAM",
        parent=None,
        version="009",
        fields=(
            Field("MSGFN", 0, 3),
            Field("MATNR", 3, 18),
            Field("LVORM", 76, 1),
            Field("MTART", 77, 4),
            Field("MEINS", 109, 3),
            Field("EAN11", 363, 18),
            Field("XCHPF", 489, 1),
            Field("MHDRZ", 518, 4, "number"),
            Field("MHDHB", 522, 4, "number"),
        ),
    ),
    Segment(
        "E1MAKTM",
        parent="E1MARAM",
        version="001",
        fields=(
            Field("MSGFN", 0, 3),
            Field("SPRAS", 3, 1),
            Field("MAKTX", 4, 40),
            Field("SPRAS_ISO", 44, 2),
        ),
    ),
    Segment(
        "E1MARCM",
        parent="E1MARAM",
        version="008",
        fields=(
            Field("MSGFN", 0, 3),
            Field("WERKS", 3, 4),
            Field("LVORM", 22, 1),
            Field("EISBE", 72, 14, "number"),
        ),
    ),
    Segment(
        "E1MARMM",
        parent="E1MARAM",
        version="002",
        fields=(
            Field("MSGFN", 0, 3),
            Field("MEINH", 3, 3),
            Field("UMREZ", 6, 5, "number"),
            Field("UMREN", 11, 5, "number"),
            Field("EAN11", 29, 18),
        ),
    ),
)

ALSO = frozenset({
    "E1MARA1", "E1MARC1", "E1MARDM", "E1MFHMM", "E1MPGDM", "E1MPOPM", "E1MPRWM", "E1MVEGM", "E1MVEUM",
    "E1MKALM", "E1MEANM", "E1MBEWM", "E1MLGNM", "E1MLGTM", "E1MVKEM", "E1MLANM", "E1MTXHM", "E1MTXLM",
    "E1CUCFG", "E1CUINS", "E1CUPRT", "E1CUVAL", "E1CUBLB",
})  # fmt: skip
"""Segments that may stand there and are not read."""
