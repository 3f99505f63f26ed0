"""Reading IDocs: each is a part of its own, with its own problems; its neighbours go on."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any, BinaryIO

from transforms.edi.inspection import Seen
from transforms.errors import (
    ElementInvalid,
    Problem,
    SegmentInvalid,
    TestFlag,
    TransformError,
    UnknownSender,
    Unsupported,
)
from transforms.formats.idoc import flat, fragments, maps, options, xml
from transforms.formats.idoc.maps.contract import Map
from transforms.formats.idoc.options import Options
from transforms.formats.idoc.segments import FAMILIES
from transforms.formats.idoc.translate import translate
from transforms.formats.idoc.tree import Idoc
from transforms.formats.idoc.values import Reading
from transforms.reading import Context, PartClosed, ReadEvent

_HEAD = 1 << 12
_NEEDED = ("DOCNUM", "MESTYP", "IDOCTYP", "SNDPRN")
_XML_BEGINS = (b"<", codecs.BOM_UTF8 + b"<", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def check_options(given: dict[str, Any]) -> None:
    """Raise :class:`transforms.formats.idoc.options.OptionsInvalid` with the option's name."""
    options.parse(given)


def read(source: BinaryIO, context: Context) -> Iterator[ReadEvent]:
    """Every IDoc of a file, flat or XML. What is between them and not one of them is a problem with its place.

    Raises :class:`transforms.errors.Unreadable` when there is none at all.
    """
    profile = options.parse(context.options)
    known_units: dict[str, str] = {}
    for found in _idocs(source, profile):
        if isinstance(found, Problem):
            yield found
        else:
            reading = Reading(found, profile, context.unit_alias, context.partner, known_units)
            yield from _part(reading, context)


def inspect(source: BinaryIO) -> Iterator[Seen | Problem]:
    """Every IDoc of a file whoever sent it, and what is wrong with its records and segments."""
    profile = Options()
    for found in _idocs(source, profile):
        if isinstance(found, Problem):
            yield found
            continue
        problems: tuple[Problem, ...] = ()
        try:
            _check_control(found)
            if found.control["IDOCTYP"].rstrip("0123456789") in FAMILIES:
                _check_segments(found, profile)
        except TransformError as error:
            problems = (Problem.of(error),)
        control = found.control
        kind = f"{control.get('MESTYP', '')} {control.get('IDOCTYP', '')}".strip()
        yield Seen(kind, control.get("DOCNUM", ""), not problems, found.path, problems)


def _idocs(source: BinaryIO, profile: Options) -> Iterator[Idoc | Problem]:
    first = source.read(_HEAD)
    while len(first) < _HEAD and (more := source.read(_HEAD)):
        first += more
    if first.lstrip(b" \t\r\n").startswith(_XML_BEGINS):
        return xml.idocs(source, profile, first)
    return flat.idocs(source, profile, first)


def _part(reading: Reading, context: Context) -> Iterator[ReadEvent]:
    idoc = reading.idoc
    part = f"{idoc.path}@{idoc.ordinal}"
    try:
        layout = _admitted(idoc, reading.options)
        problems, drafts = translate(reading, layout, key=_key(idoc, context), part=part)
    except TransformError as error:
        yield Problem.of(error, fragments.of_idoc(idoc))
        yield PartClosed(part, accepted=False)
        return
    yield from drafts
    yield from problems
    yield PartClosed(part, accepted=True)


def _admitted(idoc: Idoc, profile: Options) -> Map:
    """What can be told from the envelope. Raises what refuses the IDoc."""
    _check_control(idoc)
    control = idoc.control
    _check_parties(idoc, profile)
    if control.get("TEST") and profile.test == "refuse":
        text = "TEST is set, this line takes no tests"
        raise TestFlag(text, location=idoc.place(None, "TEST"), value=control["TEST"])
    layout = maps.find(control["IDOCTYP"], control["MESTYP"])
    if layout is None:
        text = f"{control['MESTYP']} in {control['IDOCTYP']} is not taken; there are {_taken()}"
        raise Unsupported(text, location=idoc.place(None, "MESTYP"), value=control["MESTYP"])
    _check_segments(idoc, profile)
    return layout


def _check_control(idoc: Idoc) -> None:
    if idoc.failure is not None:
        raise idoc.failure
    if not idoc.control:
        raise SegmentInvalid("the IDoc has no control record EDI_DC40", location=idoc.place())
    for name in _NEEDED:
        if not idoc.control.get(name):
            raise ElementInvalid(f"EDI_DC40 {name} is missing", location=idoc.place(None, name))


def _check_parties(idoc: Idoc, profile: Options) -> None:
    for name, agreed in (("SNDPRN", profile.sender), ("RCVPRN", profile.receiver)):
        told = idoc.control.get(name, "")
        if agreed is not None and told != agreed:
            text = f"{name} is {told or 'empty'}, agreed is {agreed}"
            raise UnknownSender(text, location=idoc.place(None, name), value=told)


def _check_segments(idoc: Idoc, profile: Options) -> None:
    """Segments that nobody knows may carry what should have counted."""
    if profile.unknown_segments == "ignore":
        return
    known = FAMILIES[idoc.control["IDOCTYP"].rstrip("0123456789")]
    for top in idoc.top:
        for node in top.walk():
            if node.name not in known and node.name not in profile.extra_segments:
                text = f"{idoc.control['IDOCTYP']} has no segment {node.name}; see option extra_segments"
                raise SegmentInvalid(text, location=idoc.place(node), value=node.name)


def _taken() -> str:
    return ", ".join(
        f"{message} in {name}"
        for name, known in maps.MAPS.items()
        for one in known
        for message in sorted(one.messages)
    )


def _key(idoc: Idoc, context: Context) -> str:
    control = idoc.control
    key = f"idoc/{control['SNDPRN']}/{control['MESTYP']}/{control['DOCNUM']}"
    # a repaired part is a new operation: it must not meet what its first reading left
    return f"{context.message_key}/{key}" if context.message_key.startswith("edit/") else key
