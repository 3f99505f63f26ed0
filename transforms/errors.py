"""What can be wrong with a source, as types. One leaf is one reason code of the failure taxonomy.

    TransformError
    ├── Unreadable            ENV_UNREADABLE        not decodable, wrong separators, cut short
    ├── UnknownSender         ENV_UNKNOWN_SENDER    no agreement for these identifiers
    ├── ControlMismatch       ENV_CONTROL_MISMATCH  counts or control numbers disagree
    ├── TestFlag              ENV_TEST_FLAG         marked as a test on a production line
    ├── SegmentInvalid        SYN_SEGMENT           a segment that may not stand here, or is missing
    ├── ElementInvalid        SYN_ELEMENT           an element missing, too long, not of its kind
    ├── OrderInvalid          SYN_ORDER             segments in an order the standard does not allow
    ├── RowInvalid            SYN_ROW               a row of a flat file with the wrong shape
    ├── NotNumeric            VALUE_NOT_NUMERIC
    ├── DateInvalid           VALUE_DATE
    ├── OutOfRange            VALUE_RANGE
    ├── Unwritable            VALUE_UNWRITABLE      cannot be said in what is written
    ├── TooLong               VALUE_LENGTH          longer than the standard allows
    ├── Unsupported           DOC_UNSUPPORTED       type, version or purpose that we do not take
    ├── RuleMissing           MAP_RULE_MISSING      nothing says how to map this
    ├── CheckDigitWrong       IDENT_CHECK_DIGIT
    ├── UnitUnknown           UOM_UNKNOWN
    ├── UnitFractional        UOM_FRACTIONAL        an indivisible unit would be divided
    ├── UnitRounding          UOM_ROUNDING          more would be lost by rounding than is allowed
    ├── TotalMismatch         CTRL_TOTAL_MISMATCH
    ├── SplitMismatch         SDQ_SUM_MISMATCH      the parts of a line do not sum to it
    ├── BalanceMismatch       BALANCE_EQUATION      opening, changes and closing do not add up
    ├── ReferenceMissing      CORRECTION_WITHOUT_REF  corrects something that it does not name
    ├── DocumentNeeded        NEEDS_DOCUMENT        belongs into a document of another kind
    └── SnapshotEmpty         SNAPSHOT_EMPTY

A reader raises these inside itself and yields :class:`Problem`; it lets one escape only when nothing
after it can be read. Its caller decides from the type, never from the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from transforms.location import Location


class TransformError(Exception):
    """The source cannot be translated."""

    code: ClassVar[str] = "MAP_ERROR"

    def __init__(
        self, text: str | None = None, *, location: Location | None = None, value: str | None = None
    ) -> None:
        self.text = text or (type(self).__doc__ or "").split("\n")[0]
        self.location = location or Location()
        self.value = value
        super().__init__(self.text)


class Unreadable(TransformError):
    """The bytes cannot be read as what they claim to be."""

    code = "ENV_UNREADABLE"


class UnknownSender(TransformError):
    """No agreement exists for these sender and receiver identifiers."""

    code = "ENV_UNKNOWN_SENDER"


class ControlMismatch(TransformError):
    """A count or control number in a trailer disagrees with what stands before it."""

    code = "ENV_CONTROL_MISMATCH"


class TestFlag(TransformError):
    """The interchange is marked as a test, and this line is a production line."""

    code = "ENV_TEST_FLAG"
    __test__ = False  # pytest would take the name for a test class


class SegmentInvalid(TransformError):
    """A segment is missing or may not stand here."""

    code = "SYN_SEGMENT"


class ElementInvalid(TransformError):
    """An element is missing, too long or not of its kind."""

    code = "SYN_ELEMENT"


class OrderInvalid(TransformError):
    """Segments stand in an order that the standard does not allow."""

    code = "SYN_ORDER"


class RowInvalid(TransformError):
    """A row does not have the shape that its layout declares."""

    code = "SYN_ROW"


class NotNumeric(TransformError):
    """A value that must be a number is not one."""

    code = "VALUE_NOT_NUMERIC"


class DateInvalid(TransformError):
    """A value that must be a date or time is not one."""

    code = "VALUE_DATE"


class OutOfRange(TransformError):
    """A value lies outside what its field allows."""

    code = "VALUE_RANGE"


class Unwritable(TransformError):
    """A value contains a delimiter, or a character, that what is written cannot carry."""

    code = "VALUE_UNWRITABLE"


class TooLong(TransformError):
    """A value is longer than the standard allows where it is to be written."""

    code = "VALUE_LENGTH"


class Unsupported(TransformError):
    """This type, version or purpose of document is not taken."""

    code = "DOC_UNSUPPORTED"


class RuleMissing(TransformError):
    """Nothing says how this is to be mapped."""

    code = "MAP_RULE_MISSING"


class CheckDigitWrong(TransformError):
    """A GTIN, GLN or SSCC does not carry the right check digit."""

    code = "IDENT_CHECK_DIGIT"


class UnitUnknown(TransformError):
    """A unit of measure that neither the standard nor the partner's aliases know."""

    code = "UOM_UNKNOWN"


class UnitFractional(TransformError):
    """A quantity is not a whole number of a base unit that cannot be divided."""

    code = "UOM_FRACTIONAL"


class UnitRounding(TransformError):
    """A quantity would lose more by rounding to its base unit than is allowed."""

    code = "UOM_ROUNDING"


class TotalMismatch(TransformError):
    """A control total disagrees with the lines that it sums."""

    code = "CTRL_TOTAL_MISMATCH"


class SplitMismatch(TransformError):
    """The parts into which a line is split, by place or by date, do not sum to the line."""

    code = "SDQ_SUM_MISMATCH"


class BalanceMismatch(TransformError):
    """Opening balance and changes do not give the closing balance that is told."""

    code = "BALANCE_EQUATION"


class ReferenceMissing(TransformError):
    """A correction that does not name the shipment or receipt that it corrects."""

    code = "CORRECTION_WITHOUT_REF"


class DocumentNeeded(TransformError):
    """What is told moves goods between owners or sites, and needs a document of its own."""

    code = "NEEDS_DOCUMENT"


class SnapshotEmpty(TransformError):
    """A full snapshot without any line, which would mean that nothing is in stock."""

    code = "SNAPSHOT_EMPTY"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at one place; reading goes on behind it.

    ``fragment`` is a small source that can be read by itself (a CSV header with the bad row, an
    interchange with only the bad set): what a person repairs and replays. ``None`` when nothing can
    be cut out.
    """

    code: str
    text: str
    location: Location
    value: str | None = None
    fragment: bytes | None = None
    warning: bool = False
    """A warning is recorded and stops nothing."""

    @classmethod
    def of(cls, error: TransformError, fragment: bytes | None = None) -> Problem:
        return cls(error.code, error.text, error.location, error.value, fragment)
