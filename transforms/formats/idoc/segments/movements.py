"""WMMBID02 (WMMBXY) and MBGMCR03: goods movements."""

from __future__ import annotations

from transforms.formats.idoc.segments.contract import Field, Segment

READ = (
    Segment(
        "E1MBXYH",
        parent=None,
        version="",
        fields=(
            Field("BLDAT", 0, 8, "date"),
            Field("BUDAT", 8, 8, "date"),
            Field("XBLNR", 16, 16),
            Field("BKTXT", 32, 25),
            Field("FRBNR", 57, 16),
            Field("TCODE", 83, 4),
        ),
    ),
    Segment(
        "E1MBXYI",
        parent="E1MBXYH",
        version="",
        fields=(
            Field("MATNR", 2, 18),
            Field("WERKS", 20, 4),
            Field("LGORT", 24, 4),
            Field("CHARG", 28, 10),
            Field("BWART", 38, 3),
            Field("INSMK", 41, 1),
            Field("SHKZG", 84, 1),
            Field("ERFMG", 115, 15, "number"),
            Field("ERFME", 130, 3),
            Field("EBELN", 151, 10),
            Field("EBELP", 161, 5),
            Field("KOSTL", 254, 10),
            Field("AUFNR", 264, 12),
            Field("UMWRK", 325, 4),
            Field("UMLGO", 329, 4),
            Field("UMCHA", 333, 10),
            Field("GRUND", 361, 4),
            Field("LFBJA", 578, 4),
            Field("LFBNR", 582, 10),
            Field("LFPOS", 592, 4),
            Field("POSNR", 630, 6),
            Field("VBELN", 636, 10),
            Field("VFDAT", 660, 8, "date"),
        ),
    ),
    Segment(
        "E1MBXYJ",
        parent="E1MBXYI",
        version="",
        fields=(
            Field("MBLNR", 0, 10),
            Field("MJAHR", 10, 4),
        ),
    ),
    Segment(
        "E1MBGMCR",
        parent=None,
        version="",
        fields=(Field("TESTRUN", 0, 1),),
    ),
    Segment(
        "E1BP2017_GM_HEAD_01",
        parent="E1MBGMCR",
        version="",
        fields=(
            Field("PSTNG_DATE", 0, 8, "date"),
            Field("DOC_DATE", 8, 8, "date"),
            Field("REF_DOC_NO", 16, 16),
            Field("BILL_OF_LADING", 32, 16),
            Field("HEADER_TXT", 70, 25),
        ),
    ),
    Segment(
        "E1BP2017_GM_CODE",
        parent="E1MBGMCR",
        version="",
        fields=(Field("GM_CODE", 0, 2),),
    ),
    Segment(
        "E1BP2017_GM_ITEM_CREATE",
        parent="E1MBGMCR",
        version="",
        fields=(
            Field("MATERIAL", 0, 18),
            Field("PLANT", 18, 4),
            Field("STGE_LOC", 22, 4),
            Field("BATCH", 26, 10),
            Field("MOVE_TYPE", 36, 3),
            Field("STCK_TYPE", 39, 1),
            Field("ENTRY_QNT", 91, 15, "number"),
            Field("ENTRY_UOM", 106, 3),
            Field("ENTRY_UOM_ISO", 109, 3),
            Field("PO_NUMBER", 133, 10),
            Field("PO_ITEM", 143, 5),
            Field("COSTCENTER", 240, 10),
            Field("ORDERID", 250, 12),
            Field("MOVE_PLANT", 318, 4),
            Field("MOVE_STLOC", 322, 4),
            Field("MVT_IND", 346, 1),
            Field("MOVE_REAS", 347, 4),
            Field("REF_DOC_YR", 505, 4),
            Field("REF_DOC", 509, 10),
            Field("REF_DOC_IT", 519, 4),
            Field("EXPIRYDATE", 523, 8, "date"),
        ),
    ),
    Segment(
        "E1BP2017_GM_SERIALNUMBER",
        parent="E1MBGMCR",
        version="",
        fields=(
            Field("MATDOC_ITM", 0, 4),
            Field("SERIALNO", 4, 18),
        ),
    ),
)

ALSO = frozenset({
    "E1BP2017_GM_ITEM_CREATE1", "E1BP2017_GM_REF_EWM", "E1BPPAREX", "_-SPE_-E1BP2017_GM_REF_EWM",
    "_-SPE_-E1BP2017_SERVICEPART_D",
})  # fmt: skip
"""Segments that may stand there and are not read."""
