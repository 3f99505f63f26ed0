"""Webhooks after the Standard Webhooks specification (Channel Adapter in): verify who sends.

The signature is over the raw body, compared in constant time on bytes; several secrets may be valid
while they are rotated, and several signatures may stand in the header. Whatever is wrong with a header
ends in :class:`bridge.errors.SignatureInvalid`, never in an error of our own.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from bridge.company import CompanyInvalid, secret
from bridge.errors import SignatureInvalid

MAX_ID = 200
SHORTEST, LONGEST = 24, 64
"""Bytes of a key, as the specification wants them; with an empty one anybody could sign."""


class Settings(BaseModel):
    """What stands under ``settings`` of a source whose door is ``webhook``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = Field(pattern=r"^/[A-Za-z0-9/_-]+$", description="Path of the route on the API.")
    secrets: tuple[str, ...] = Field(
        min_length=1, description="Secrets as env:NAME or file:PATH; several while they are rotated."
    )
    tolerance: float = Field(300.0, gt=0, description="Seconds that a timestamp may be off.")


def keys(settings: Settings) -> tuple[bytes, ...]:
    """The signing keys. A secret is ``whsec_`` and base64, plain base64, or plain text.

    Raises :class:`bridge.company.CompanyInvalid` for one that is missing, broken, too short or too long.
    """
    return tuple(_key(reference) for reference in settings.secrets)


def _key(reference: str) -> bytes:
    text = secret(reference)
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError) as error:
        if text.startswith("whsec_"):
            raise CompanyInvalid(
                f"the secret {reference} starts with whsec_ but no base64 follows"
            ) from error
        key = text.encode()
    if not SHORTEST <= len(key) <= LONGEST:
        raise CompanyInvalid(
            f"the secret {reference} has {len(key)} bytes; {SHORTEST} to {LONGEST} are needed: openssl rand -base64 32"
        )
    return key


def verify(
    headers: Mapping[str, str], body: bytes, *, signing_keys: Sequence[bytes], tolerance: float
) -> str:
    """The sender's message id. Raises :class:`SignatureInvalid`."""
    message_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    if not (message_id and stamp and signatures):
        raise SignatureInvalid("webhook-id, webhook-timestamp and webhook-signature are needed")
    if len(message_id) > MAX_ID or not message_id.isascii() or not message_id.isprintable():
        raise SignatureInvalid(f"webhook-id is at most {MAX_ID} printable ASCII characters")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise SignatureInvalid("webhook-timestamp is the time in seconds since 1970")
    if abs(time.time() - int(stamp)) > tolerance:
        raise SignatureInvalid(f"webhook-timestamp is more than {tolerance:.0f} s off; check the clocks")
    signed = b"%s.%s.%s" % (message_id.encode(), stamp.encode(), body)
    given = [part[3:].encode("ascii", "replace") for part in signatures.split() if part.startswith("v1,")]
    for key in signing_keys:
        expected = base64.b64encode(hmac.digest(key, signed, "sha256"))
        if any(hmac.compare_digest(expected, one) for one in given):
            return message_id
    raise SignatureInvalid("no signature fits the body and the secrets of this route")
