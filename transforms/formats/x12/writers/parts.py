"""What several sets write in the same way: items, units, places and addresses."""

from __future__ import annotations

from collections.abc import Iterable

from transforms import units
from transforms.canonical.document import Address, Codes, Document, Line
from transforms.errors import ElementInvalid, OutOfRange, UnitUnknown
from transforms.formats.x12.writers.envelope import Body, Profile, Segment

_X12_OF = {rec20: code for code, rec20 in reversed(units.SYSTEMS["x12"].items())}
"""The first X12 code of each unit."""


def unit(line: Line, profile: Profile) -> str:
    """The unit in the partner's own word. Raises :class:`transforms.errors.UnitUnknown`."""
    if line.unit in profile.units:
        return profile.units[line.unit]
    if line.source_unit and units.SYSTEMS["x12"].get(line.source_unit) == line.unit:
        return line.source_unit
    if line.unit not in _X12_OF:
        raise UnitUnknown(
            f"unit {line.unit} has no X12 code; name one under `units` of the endpoint's x12 profile",
            value=line.unit,
        )
    return _X12_OF[line.unit]


def items(line: Line, profile: Profile, *, most: int, more: Iterable[tuple[str, str]] = ()) -> Segment:
    """Pairs of qualifier and code. Raises when there is none, or more than the segment has room for."""
    codes = dict(line.item)
    if profile.own_item and line.item_id:
        codes[profile.own_item] = line.item_id
    wanted = profile.items or tuple(codes)
    pairs = [(name, codes[name]) for name in wanted if name in codes]
    if not pairs:
        text = f"line {line.line} has none of the item codes {', '.join(wanted) or 'that a partner knows'}"
        raise ElementInvalid(text, value=line.line)
    extra = list(more)
    if len(extra) > most - 1:
        raise OutOfRange(f"line {line.line} has more lots and serials than fit", value=line.line)
    return [part for pair in (*pairs[: most - len(extra)], *extra) for part in pair]


def place(role: str, codes: Codes, site_id: str | None, profile: Profile) -> Body:
    """An N1 of one of our sites, in the partner's code for it where the profile has one."""
    if site_id in profile.sites:
        return coded(role, profile.sites[site_id or ""])
    if codes:
        qualifier, code = next(iter(codes.items()))
        return [["N1", role, "", qualifier, code]]
    return [["N1", role, "", "92", site_id]] if site_id else []


def coded(role: str, told: str | None) -> Body:
    """An N1 from ``qualifier:code``."""
    qualifier, mark, code = (told or "").partition(":")
    return [["N1", role, "", qualifier, code]] if mark else []


def party(role: str, codes: Codes, address: Address) -> Body:
    """An N1 with its address."""
    qualifier, code = next(iter(codes.items()), ("", ""))
    if not code and not address:
        return []
    body: Body = [["N1", role, address.get("name", ""), qualifier, code]]
    for tag, names in (
        ("N2", ("name2",)),
        ("N3", ("street", "street2")),
        ("N4", ("city", "region", "postal_code", "country")),
    ):
        values = [address.get(name, "") for name in names]
        if any(values):
            body.append([tag, *values])
    return body


def lot(line: Line) -> Body:
    return [["N9", "LT", line.lot]] if line.lot else []


def our_site(role: str, document: Document, profile: Profile) -> Body:
    return place(role, document.site, document.site_id, profile)
