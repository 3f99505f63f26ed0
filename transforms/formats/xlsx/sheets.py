"""Opening a workbook that somebody else made: limits first, then one sheet, cell by cell.

A workbook is a zip archive of XML. What it says it unpacks to is believed only up to a limit, and a document
type in any of its parts, which no spreadsheet program writes, refuses it.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from transforms.errors import Unreadable
from transforms.formats.xlsx.layout import Options
from transforms.location import Location

_MOST_PARTS = 10_000
_LARGEST_RATIO = 500
_BEGINNING = 4_096
_ENCRYPTED = 0x1
_AT_ONCE = 1 << 20


def rows(source: BinaryIO, options: Options) -> Iterator[tuple[Any, ...]]:
    """Cells of the sheet, from its header on.

    Raises :class:`Unreadable` for what is no workbook, has no such sheet, or unpacks to too much.
    """
    _look_into(source, options)
    source.seek(0)
    try:
        book = openpyxl.load_workbook(source, read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, OSError, SyntaxError, TypeError) as error:
        raise Unreadable(f"this is no workbook: {error}", location=Location(offset=0)) from error
    names = book.sheetnames
    wanted = options.sheet
    if isinstance(wanted, int) and not 1 <= wanted <= len(names):
        raise Unreadable(f"there is no sheet {wanted}; there are {len(names)}", location=Location(offset=0))
    name = names[wanted - 1] if isinstance(wanted, int) else wanted
    if name not in names:
        text = f"there is no sheet {name!r}; there are {', '.join(names)}"
        raise Unreadable(text, location=Location(offset=0))
    try:
        yield from book[name].iter_rows(min_row=options.header_row)
    except (
        KeyError,
        ValueError,
        SyntaxError,
        TypeError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
    ) as error:
        raise Unreadable(f"the sheet cannot be read: {error}", location=Location(path=name)) from error
    finally:
        book.close()


def _look_into(source: BinaryIO, options: Options) -> None:
    where = Location(offset=0)
    try:
        with zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS:
                raise Unreadable(f"the workbook has {len(parts)} parts", location=where)
            if any(part.flag_bits & _ENCRYPTED for part in parts):
                raise Unreadable("the workbook has a password; have it sent without", location=where)
            left = options.max_unpacked
            for part in parts:
                left -= _unpacked(archive, part, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        text = "this is no workbook (.xlsx); a .xls or .csv has to be sent as its own format"
        raise Unreadable(text, location=where) from error


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Bytes that a part really unpacks to. It is unpacked once for that, and not kept."""
    size = 0
    with archive.open(part) as unpacked:
        while block := unpacked.read(_AT_ONCE):
            if size == 0 and b"<!DOCTYPE" in block[:_BEGINNING]:
                text = f"a document type (DTD) is not taken: {part.filename}"
                raise Unreadable(text, location=Location(offset=0))
            size += len(block)
            if size > left or size > _LARGEST_RATIO * max(part.compress_size, 1_024):
                text = f"{part.filename} unpacks to more than it may (max_unpacked)"
                raise Unreadable(text, location=Location(offset=0))
    return size


def as_text(value: Any) -> str:
    """A cell's value as the layout's converters know it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            exact = Decimal(repr(value))
            return format(exact.to_integral_value() if exact == exact.to_integral_value() else exact, "f")
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value).strip()
