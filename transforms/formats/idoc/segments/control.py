"""EDI_DC40, the control record of 524 characters, and the 63 characters before a data record's fields."""

from __future__ import annotations

from transforms.formats.idoc.segments.contract import Field

NAME = "EDI_DC40"
LENGTH = 524
HEADER = 63
RECORD = HEADER + 1000

FIELDS = (
    Field("TABNAM", 0, 10),
    Field("MANDT", 10, 3),
    Field("DOCNUM", 13, 16),
    Field("DOCREL", 29, 4),
    Field("STATUS", 33, 2),
    Field("DIRECT", 35, 1),
    Field("OUTMOD", 36, 1),
    Field("EXPRSS", 37, 1),
    Field("TEST", 38, 1),
    Field("IDOCTYP", 39, 30),
    Field("CIMTYP", 69, 30),
    Field("MESTYP", 99, 30),
    Field("MESCOD", 129, 3),
    Field("MESFCT", 132, 3),
    Field("STD", 135, 1),
    Field("STDVRS", 136, 6),
    Field("STDMES", 142, 6),
    Field("SNDPOR", 148, 10),
    Field("SNDPRT", 158, 2),
    Field("SNDPFC", 160, 2),
    Field("SNDPRN", 162, 10),
    Field("SNDSAD", 172, 21),
    Field("SNDLAD", 193, 70),
    Field("RCVPOR", 263, 10),
    Field("RCVPRT", 273, 2),
    Field("RCVPFC", 275, 2),
    Field("RCVPRN", 277, 10),
    Field("RCVSAD", 287, 21),
    Field("RCVLAD", 308, 70),
    Field("CREDAT", 378, 8, "date"),
    Field("CRETIM", 386, 6, "time"),
    Field("REFINT", 392, 14),
    Field("REFGRP", 406, 14),
    Field("REFMES", 420, 14),
    Field("ARCKEY", 434, 70),
    Field("SERIAL", 504, 20),
)
DATA = (
    Field("SEGNAM", 0, 30),
    Field("MANDT", 30, 3),
    Field("DOCNUM", 33, 16),
    Field("SEGNUM", 49, 6),
    Field("PSGNUM", 55, 6),
    Field("HLEVEL", 61, 2),
)
