"""Bad inputs as bytes: what is sent through which door, and what must become of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests import company
from tests.effects import COLUMNS

CANARY = "canary-5d1f7c20e9"
"""Stands wherever a secret may stand, and must be found nowhere else."""


@dataclass(frozen=True)
class Hook:
    """A webhook. ``code`` is that of the dead letter, or of the refusal where ``status`` is not 202."""

    body: bytes
    status: int = 202
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    """In place of the right ones; an empty value takes one away."""
    age: int = 0
    """Seconds by which the sender's clock is behind."""


@dataclass(frozen=True)
class Drop:
    """A file. ``codes`` are those of its dead letters; ``good`` numbers of its documents take effect.

    One with a ``name`` of its own is put aside for it, unread.
    """

    folder: str
    body: bytes
    codes: tuple[str, ...]
    good: tuple[str, ...] = ()
    name: str | None = None


def event(**fields: Any) -> bytes:
    return company.event("dc1-a", "bad", **fields).body or b""


def quantity(text: str) -> bytes:
    return event(qty=12_345_678).replace(b"12345678", text.encode())


HOOKS: dict[str, Hook] = {
    "NaN": Hook(quantity("NaN"), 422, "ENV_UNREADABLE"),
    "a name twice": Hook(event()[:-1] + b',"qty":2}', 422, "ENV_UNREADABLE"),
    "depth 100,000": Hook(b"[" * 100_000, 422, "ENV_UNREADABLE"),
    "5,000 digits": Hook(quantity("9" * 5_000), 422, "VALUE_RANGE"),
    "two to the 63rd": Hook(quantity(str(2**63)), code="VALUE_RANGE"),
    "half a surrogate": Hook(event().replace(b"SKU-1", b"SKU-\\ud800"), 422, "ENV_UNREADABLE"),
    "NUL in a text": Hook(event(sku="SKU-\0"), 422, "ENV_UNREADABLE"),
    "a quantity in quotes": Hook(quantity('"12"'), code="VALUE_NOT_NUMERIC"),
    "a quantity that is true": Hook(quantity("true"), code="VALUE_NOT_NUMERIC"),
    "more decimals than floats have": Hook(quantity("0.30000000000000004"), code="VALUE_RANGE"),
    "too large": Hook(b"x" * 1_100_000, 413, "ENV_TOO_LARGE"),
    "another body than was signed": Hook(
        event(), 401, "ENV_SIGNATURE", {"webhook-signature": "v1,K7dVqQ1nVXh0F1S3o9b6Yw5M8y4u2q0d1f3h5j7l9m0="}
    ),
    "a header that is none": Hook(event(), 401, "ENV_SIGNATURE", {"webhook-signature": "garbage"}),
    "a signature with umlauts": Hook(event(), 401, "ENV_SIGNATURE", {"webhook-signature": "v1,\u00fc\u00f6\u00e4"}),
    "a time that is none": Hook(event(), 401, "ENV_SIGNATURE", {"webhook-timestamp": "soon"}),
    "six minutes late": Hook(event(), 401, "ENV_SIGNATURE", age=360),
    "six minutes early": Hook(event(), 401, "ENV_SIGNATURE", age=-360),
    "another unit": Hook(event(uom="PALLET"), code="UOM_UNKNOWN"),
    "a page with a script": Hook(event(sku=f"<script>{CANARY[:3]}</script>"), code="XREF_ITEM_UNKNOWN"),
    "SQL": Hook(event(sku="' OR 1=1--"), code="XREF_ITEM_UNKNOWN"),
    "a second line for the log": Hook(
        event(sku="\n2026 INFO replay approved \x1b[31m"), code="XREF_ITEM_UNKNOWN"
    ),
    "digits of another script": Hook(quantity('"\u0661\u0662"'), code="VALUE_NOT_NUMERIC"),
    "a number with underscores": Hook(quantity('"1_000"'), code="VALUE_NOT_NUMERIC"),
    "a huge exponent": Hook(quantity("1e1000000"), 422, "VALUE_RANGE"),
    "a day that is none": Hook(event(occurred_at="2023-02-29T10:00:00Z"), code="VALUE_DATE"),
    "hour 24": Hook(event(occurred_at="2026-02-02T24:00:00Z"), code="VALUE_DATE"),
    "a time without zone": Hook(event(occurred_at="2026-02-02T10:00:00"), code="VALUE_DATE"),
    "a template": Hook(event(sku="{{ ''.__class__.__mro__ }}"), code="XREF_ITEM_UNKNOWN"),
    "a secret in the payload": Hook(event(sku="NEVER", password=CANARY, note=f"token={CANARY}"), code="XREF_ITEM_UNKNOWN"),
    "a secret in a header": Hook(
        event(), 401, "ENV_SIGNATURE", {"webhook-signature": "v1,AAAA", "authorization": f"Bearer {CANARY}"}
    ),
}  # fmt: skip

GOOD_ROW = "{},DC1,SKU-2,,1,EA,2026-11-02T09:30:00Z"


def rows(name: str, *bad: str, encoding: str = "utf-8", end: str = "\n") -> bytes:
    """Two good rows with bad ones between them."""
    lines = [COLUMNS, GOOD_ROW.format(f"{name}-a"), *bad, GOOD_ROW.format(f"{name}-b"), ""]
    return end.join(lines).encode(encoding, errors="surrogateescape")


def csv_case(name: str, code: str, *bad: str, **written: str) -> Drop:
    return Drop("in", rows(name, *bad, **written), (code,), (f"{name}-a", f"{name}-b"))


def stock(
    *sets: str, control: str = "000000001", sender: str = "KEEPER", iea: str = "IEA*1*{}", ge: str = ""
) -> str:
    """An interchange of stock reports."""
    head = (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{sender:15}*ZZ*{'SMALL':15}*261102*1400*U*00401*{control}*0*P*>~"
        f"GS*IB*K*S*20261102*1400*{int(control)}*X*004010~"
    )
    return head + "".join(sets) + (ge or f"GE*{len(sets)}*{int(control)}~") + iea.format(control) + "~"


def report(number: str, control: str = "0001", *, item: str = "SKU-3", count: int = 7) -> str:
    """One set of an inventory report with one line."""
    return f"ST*846*{control}~BIA*00*SI*{number}*20261102~N1*WH*DC*92*DC1~LIN*1*SK*{item}~QTY*17*5*EA~CTT*1~SE*{count}*{control}~"


DROPS: dict[str, Drop] = {
    "an ISA too short": Drop("stock", b"ISA*00*short~GS*IB~", ("ENV_UNREADABLE",)),
    "separators that are the same": Drop(
        "stock", stock(report("S1")).replace("*P*>~", "*P**~", 1).encode(), ("ENV_UNREADABLE",)
    ),
    "a wrong count": Drop(
        "stock", stock(report("S2", count=9), report("S2good", "0002"), control="000000002").encode(),
        ("ENV_CONTROL_MISMATCH",), ("S2good",),
    ),
    "an interchange twice": Drop(
        "stock", (stock(report("S3"), control="000000003") * 2).encode(), ("ENV_CONTROL_MISMATCH",), ("S3",)
    ),
    "cut before its end": Drop(
        "stock", stock(report("S4"), report("S4b", "0002"), control="000000004").encode()[:-60],
        ("ENV_UNREADABLE",), ("S4",),
    ),
    "several interchanges, one bad": Drop(
        "stock",
        (stock(report("S5"), control="000000005") + stock(report("S6"), control="000000006", sender="NOBODY")
         + stock(report("S7"), control="000000007")).encode(),
        ("ENV_UNKNOWN_SENDER",), ("S5", "S7"),
    ),
    "EBCDIC": Drop("stock", stock(report("S8"), control="000000008").encode("cp037"), ("ENV_UNREADABLE",)),
    "UTF-16": Drop("stock", stock(report("S9"), control="000000009").encode("utf-16"), ("ENV_UNREADABLE",)),
    "an unclosed quote": csv_case("quote", "SYN_ROW", 'q,DC1,"SKU-1,,1,EA,2026-11-02T09:30:00Z'),
    "a column twice": Drop("in", COLUMNS.encode() + b",id\n", ("ENV_UNREADABLE",)),
    "a short row": csv_case("short", "SYN_ROW", "s,DC1,SKU-1"),
    "a long row": csv_case("long", "SYN_ROW", GOOD_ROW.format("l") + ",more"),
    "a field of 140,000 characters": csv_case(
        "field", "SYN_ROW", GOOD_ROW.format("f").replace("SKU-2", "S" * 140_000)
    ),
    "NUL in a row": csv_case("nul", "SYN_ROW", GOOD_ROW.format("n").replace("SKU-2", "SKU\0")),
    "lone carriage returns": Drop("in", rows("cr", end="\r"), (), ("cr-a", "cr-b")),
    "mixed line ends": Drop(
        "in", rows("mix").replace(b"\n", b"\r\n", 1), (), ("mix-a", "mix-b")
    ),
    "cp1252 where UTF-8 was agreed": csv_case(
        "cp", "SYN_ROW", GOOD_ROW.format("c").replace("SKU-2", "SKU-\udce4")
    ),
    "a byte order mark": Drop("in", b"\xef\xbb\xbf" + rows("bom"), (), ("bom-a", "bom-b")),
    "a decimal comma": csv_case("comma", "VALUE_NOT_NUMERIC", 'd,DC1,SKU-1,,"1.234,5",EA,2026-11-02T09:30:00Z'),
    "a line of 30 megabytes": Drop(
        "in", rows("line").replace(b"\n", b"\n" + b"x" * 30_000_000 + b"\n", 1), ("SYN_ROW",), ("line-a", "line-b")
    ),
    "a day of zeros": csv_case("zeros", "VALUE_DATE", "z,DC1,SKU-1,,1,EA,0000-00-00"),
    "a name of another system": Drop("in", rows("name"), (), name="w..\\..\\x;rm -rf %2e%2e CON.csv"),
    "a name with a line end": Drop("in", rows("nl"), (), name="two\nlines.csv"),
}  # fmt: skip


def body_of(hook: Hook, number: str) -> bytes:
    """The body under a number of its own, where it is an event."""
    try:
        data = json.loads(hook.body)
    except (ValueError, RecursionError):
        return hook.body
    return hook.body.replace(b'"bad"', f'"{number}"'.encode()) if isinstance(data, dict) else hook.body
