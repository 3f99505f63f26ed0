"""What UNB S001 says that the text is written in, and what is done with bytes that are not."""

from __future__ import annotations

from transforms.errors import Unreadable

BY_SYNTAX = {
    "UNOA": "ascii", "UNOB": "ascii", "UNOC": "latin-1", "UNOD": "iso8859-2", "UNOE": "iso8859-5",
    "UNOF": "iso8859-7", "UNOG": "iso8859-3", "UNOH": "iso8859-4", "UNOI": "iso8859-6", "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9", "UNOW": "utf-8", "UNOY": "utf-8",
}  # fmt: skip
"""Syntax identifier (0001) → codec. UNOX, which changes its code in the middle, is not taken."""
_ISO = ("latin-1", "iso8859")


def decoded(segment: str, codec: str, declared: str) -> str:
    """A segment of Latin-1 characters, one for each byte, in the codec in which it was written.

    Bytes that read as UTF-8 are never anything else by chance: under another codec they are refused, for
    taking them would quietly garble names. Raises :class:`Unreadable`.
    """
    raw = segment.encode("latin-1")
    if codec != "utf-8" and _is_utf8(raw):
        raise Unreadable(
            f"the text is UTF-8, {declared} is {codec}; have it declared as UNOY, or set `charset: utf-8` in the "
            "profile"
        )
    if codec.startswith(_ISO) and any(0x80 <= byte < 0xA0 for byte in raw):
        raise Unreadable(f"there is a byte that {declared} ({codec}) does not have; is it `charset: cp1252`?")
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"byte 0x{raw[error.start]:02X} is no text in {declared} ({codec}); set `charset` in the profile"
        ) from error


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
