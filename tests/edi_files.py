"""X12 and EDIFACT as the conformance tests see them: how each is read, and large files made as they are read."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from transforms.formats import edifact, x12
from transforms.reading import Context, Drafted, PartClosed

NOW = datetime(2026, 11, 2, tzinfo=UTC)
UNITS = ["EA", "CA", "BX", "PL"]
_ISA = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'KEEPER':15}*ZZ*{'NORTHBAY':15}*261102*1800*U*00401*000000905*0*P*>~\n"
_UNB = "UNA:+.? '\nUNB+UNOC:3+KEEPER:14+NORTHBAY:14+261102:1800+905'\n"


class Stream(io.RawIOBase):
    """Bytes that are made as they are read, so that only the reader can hold them."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks, self.rest = chunks, b""

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and (chunk := next(self.chunks, None)) is not None:
            self.rest += chunk
        given, self.rest = self.rest[:size], self.rest[size:]
        return given


@dataclass(frozen=True)
class Standard:
    """One of the two."""

    name: str
    module: Any
    stock: Callable[[int, int], Iterator[bytes]]
    """An interchange of so many stock reports of so many lines each."""

    @property
    def samples(self) -> list[Path]:
        folder = Path(self.module.__file__).parent / "samples"
        return sorted(folder.glob("*.expected.json"))

    def read(self, source: Any, **options: Any) -> Iterator[Any]:
        if isinstance(source, bytes):
            source = io.BytesIO(source)
        return self.module.read(
            source, Context("nb", "keeper", "keeper", "file/keeper/1", NOW, options=options)
        )

    def quietly(self, source: Any) -> list[Any]:
        return list(self.read(source, acknowledge="never"))


def raw_of(sample: Path) -> Path:
    """The source beside which an expectation stands."""
    name = sample.name.removesuffix(".expected.json")
    return next(one for one in sample.parent.glob(f"{name}.*") if one != sample)


def taken(events: list[Any]) -> list[Any]:
    """Documents of accepted parts."""
    accepted = {event.part for event in events if isinstance(event, PartClosed) and event.accepted}
    return [event.document for event in events if isinstance(event, Drafted) and event.part in accepted]


def lines_of(events: Any) -> int:
    return sum(len(event.document.lines) for event in events if isinstance(event, Drafted))


def _x12_stock(sets: int, lines: int) -> Iterator[bytes]:
    yield f"{_ISA}GS*IB*KEEPER*NORTHBAY*20261102*1800*1*X*004010~\n".encode()
    for number in range(1, sets + 1):
        yield f"ST*846*{number:04d}~\nBIA*00*SI*1-{number}*20261102~\nN1*WH*DC1*92*DC1~\n".encode()
        for start in range(1, lines + 1, 100):
            yield "".join(
                f"LIN*{n}*SK*SKU-{n:06d}*UP*{n:012d}~\nREF*LT*L{n:06d}~\nQTY*33*{n}*{UNITS[n % 4]}~\nQTY*17*{n + 7}*EA~\n"
                for n in range(start, min(start + 100, lines + 1))
            ).encode()
        yield f"CTT*{lines}~\nSE*{5 + 4 * lines}*{number:04d}~\n".encode()
    yield f"GE*{sets}*1~\nIEA*1*000000905~\n".encode()


def _edifact_stock(messages: int, lines: int) -> Iterator[bytes]:
    yield _UNB.encode()
    for number in range(1, messages + 1):
        yield f"UNH+{number}+INVRPT:D:96A:UN:EAN004'\nBGM+35+1-{number}+9'\nDTM+137:20261102:102'\nNAD+WH+DC1::92'\n".encode()
        for start in range(1, lines + 1, 100):
            yield "".join(
                f"LIN+{n}++{n:013d}:EN'\nPIA+1+L{n:06d}:NB'\nQTY+145:{n}:PCE'\nQTY+17:{n + 7}:PCE'\n"
                for n in range(start, min(start + 100, lines + 1))
            ).encode()
        yield f"UNT+{5 + 4 * lines}+{number}'\n".encode()
    yield f"UNZ+{messages}+905'\n".encode()


STANDARDS = (
    Standard("x12", x12, _x12_stock),
    Standard("edifact", edifact, _edifact_stock),
)
SAMPLES = [(standard, sample) for standard in STANDARDS for sample in standard.samples]
SAMPLE_IDS = [f"{standard.name}-{sample.name.split('.')[0]}" for standard, sample in SAMPLES]
