"""GS1 identifiers: GTIN (items), GLN (places) and SSCC (logistic units) carry a check digit.

Counted from the right and leaving the check digit out, digits weigh 3, 1, 3, 1 …; the check digit
brings the sum to a multiple of ten. Only ASCII digits count as digits.
"""

from __future__ import annotations

from transforms import errors

GTIN_LENGTHS = frozenset({8, 12, 13, 14})


def check_digit(body: str) -> str:
    """The digit that follows ``body`` (all digits of the identifier but the last)."""
    total = 3 * sum(map(int, body[::-2])) + sum(map(int, body[-2::-2]))
    return str(-total % 10)


def is_valid_gtin(value: str) -> bool:
    return len(value) in GTIN_LENGTHS and _checks(value)


def is_valid_gln(value: str) -> bool:
    return len(value) == 13 and _checks(value)


def is_valid_sscc(value: str) -> bool:
    return len(value) == 18 and _checks(value)


def normal_gtin(value: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits in the 14 digits under which it is stored.

    Raises :class:`transforms.errors.CheckDigitWrong`, also when it is no GTIN at all.
    """
    if not is_valid_gtin(value):
        raise errors.CheckDigitWrong(
            f"{value!r} is not a GTIN: 8, 12, 13 or 14 digits of which the last is the check digit",
            value=value,
        )
    return value.zfill(14)


def ways_to_write(gtin: str) -> list[str]:
    """All lengths in which a GTIN of 14 digits may be written."""
    return [gtin[-length:] for length in sorted(GTIN_LENGTHS) if not gtin[:-length].strip("0")]


def _checks(value: str) -> bool:
    return value.isascii() and value.isdigit() and check_digit(value[:-1]) == value[-1]
