"""Why something did not advance, as types. One leaf is one reason code of the failure taxonomy.

    CrossdockError
    ├── Refused                      an arrival is not taken; the sender is told why
    │   ├── SignatureInvalid           ENV_SIGNATURE
    │   ├── ContentConflict            DUP_CONTENT_CONFLICT   same key, other content
    │   ├── TooLarge                   ENV_TOO_LARGE
    │   ├── NameRefused                ENV_NAME               odd file name, link, folder
    │   └── Overloaded                 ENV_OVERLOADED         cannot be kept now; try again
    ├── NotYet                       goes on by itself at a time or when something happens
    │   ├── DestinationUnavailable     DST_UNAVAILABLE        nobody there, 5xx
    │   ├── DestinationLimited         DST_RATE_LIMIT         429, Retry-After honoured
    │   ├── DestinationLocked          DST_LOCKED
    │   └── ResultUnknown              DST_UNKNOWN_RESULT     sent, no answer
    └── Stopped                      needs a person or a missing record; becomes a dead letter
        ├── ItemUnknown                XREF_ITEM_UNKNOWN
        ├── LocationUnknown            XREF_LOCATION_UNKNOWN
        ├── CrossReferenceAmbiguous    XREF_AMBIGUOUS
        ├── MasterNotActive            MASTER_NOT_ACTIVE
        ├── ConversionMissing          UOM_NO_CONVERSION
        ├── QuantityFractional         UOM_FRACTIONAL
        ├── ReversalTargetUnknown      REVERSAL_TARGET_UNKNOWN
        ├── DestinationRejected        DST_REJECTED           4xx with the endpoint's own words
        ├── DestinationAuth            DST_AUTH
        ├── DestinationTimeout         DST_TIMEOUT            tries used up
        ├── ResultParked               DST_UNKNOWN_RESULT     and nobody can tell: a person decides
        ├── ConfigurationMissing       CFG_MISSING            no route, endpoint or plug-in
        ├── InternalBug                INT_BUG
        └── Poison                     INT_POISON             worked alone, it killed its worker

What is wrong with a source is a :class:`transforms.errors.TransformError`; it stops its part the same
way. :func:`bridge.pipeline.outcome.decide` reads the type, never the text.
"""

from __future__ import annotations

from typing import Any, ClassVar


class CrossdockError(Exception):
    """Something did not advance."""

    code: ClassVar[str] = "INT_BUG"

    def __init__(self, text: str | None = None, **details: Any) -> None:
        self.text = text or (type(self).__doc__ or "").split("\n")[0]
        self.details = details
        super().__init__(self.text)


class Refused(CrossdockError):
    """The arrival is not taken."""


class SignatureInvalid(Refused):
    """The signature does not fit the body, or its time lies outside the window."""

    code = "ENV_SIGNATURE"


class ContentConflict(Refused):
    """This key was used before with other content."""

    code = "DUP_CONTENT_CONFLICT"


class TooLarge(Refused):
    """The arrival is larger than its door allows."""

    code = "ENV_TOO_LARGE"


class NameRefused(Refused):
    """The file's name or kind is not one that a door takes."""

    code = "ENV_NAME"


class Overloaded(Refused):
    """The ledger cannot keep this right now; nothing was taken, send it again later."""

    code = "ENV_OVERLOADED"


class NotYet(CrossdockError):
    """Goes on by itself. ``retry_after`` (seconds) is the other side's wish, if it had one."""

    def __init__(self, text: str | None = None, *, retry_after: float | None = None, **details: Any) -> None:
        super().__init__(text, **details)
        self.retry_after = retry_after


class DestinationUnavailable(NotYet):
    """The endpoint cannot be reached or answers with an error of its own."""

    code = "DST_UNAVAILABLE"


class DestinationLimited(NotYet):
    """The endpoint asks for fewer requests."""

    code = "DST_RATE_LIMIT"


class DestinationLocked(NotYet):
    """The endpoint's record is locked by someone else."""

    code = "DST_LOCKED"


class ResultUnknown(NotYet):
    """It was sent and no usable answer came: it may or may not have taken effect."""

    code = "DST_UNKNOWN_RESULT"


class Stopped(CrossdockError):
    """Needs a person or a missing record. ``release`` names what would free it by itself."""

    def __init__(self, text: str | None = None, *, release: str | None = None, **details: Any) -> None:
        super().__init__(text, **details)
        self.release = release


class ItemUnknown(Stopped):
    """No cross reference leads from the partner's item codes to an item of ours."""

    code = "XREF_ITEM_UNKNOWN"


class LocationUnknown(Stopped):
    """No cross reference leads from the partner's site code to a site of ours."""

    code = "XREF_LOCATION_UNKNOWN"


class CrossReferenceAmbiguous(Stopped):
    """The codes of one line lead to different items of ours."""

    code = "XREF_AMBIGUOUS"


class MasterNotActive(Stopped):
    """The item is blocked or not yet released."""

    code = "MASTER_NOT_ACTIVE"


class ConversionMissing(Stopped):
    """The item has no factor from this unit to its base unit."""

    code = "UOM_NO_CONVERSION"


class QuantityFractional(Stopped):
    """The quantity is not a whole number of the item's base unit."""

    code = "UOM_FRACTIONAL"


class ReversalTargetUnknown(Stopped):
    """What is to be reversed is not in the book."""

    code = "REVERSAL_TARGET_UNKNOWN"


class DestinationRejected(Stopped):
    """The endpoint refused the transaction."""

    code = "DST_REJECTED"


class DestinationAuth(Stopped):
    """The endpoint does not accept our credentials."""

    code = "DST_AUTH"


class DestinationTimeout(Stopped):
    """All tries are used up; the endpoint never took it."""

    code = "DST_TIMEOUT"


class ResultParked(Stopped):
    """It was sent, no answer came, and the endpoint cannot be asked: look there before replaying."""

    code = "DST_UNKNOWN_RESULT"


class ConfigurationMissing(Stopped):
    """The company's configuration has nothing for this."""

    code = "CFG_MISSING"


class InternalBug(Stopped):
    """The bridge itself failed on this; the log has the details."""

    code = "INT_BUG"


class Poison(Stopped):
    """Worked alone, it ended its worker three times; it is kept aside so that others go on."""

    code = "INT_POISON"
