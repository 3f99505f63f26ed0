"""What a reason code means to the person who reads it, what to do about it, and who goes on by itself.

Data: one entry for each leaf of the error trees, held complete by a test.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Retry(StrEnum):
    """How what stopped for a reason goes on."""

    AUTO = "auto"
    """The workers try again by themselves."""
    WAIT = "wait"
    """It goes on by itself once the cause is gone."""
    AFTER_FIX = "after_fix"
    """A person puts something right, then replays."""
    NO = "no"
    """Replaying changes nothing: the sender sends again, or it is discarded."""


@dataclass(frozen=True, slots=True)
class Reason:
    title: str
    remedy: str
    retry: Retry


_AUTO, _WAIT, _FIX, _NO = Retry.AUTO, Retry.WAIT, Retry.AFTER_FIX, Retry.NO

REASONS: dict[str, Reason] = {
    # -- the envelope: may it come in at all
    "ENV_UNREADABLE": Reason(
        "The file cannot be read",
        "Ask the sender to send it again, unencrypted and in the agreed encoding; then discard this letter.",
        _NO,
    ),
    "ENV_UNKNOWN_SENDER": Reason(
        "The sender is not known here",
        "Add the sender's identifiers to its partner profile, then replay.",
        _FIX,
    ),
    "ENV_CONTROL_MISMATCH": Reason(
        "Counts or control numbers disagree",
        "Something was lost on the way or sent wrongly. Ask the sender to send it again, then discard.",
        _NO,
    ),
    "ENV_TEST_FLAG": Reason(
        "A test message on the production line",
        "Discard it, and tell the sender that its test flag is set. Nothing else is needed.",
        _NO,
    ),
    "ENV_SIGNATURE": Reason(
        "The signature does not fit",
        "Compare the shared secret on both sides and the sender's clock; the sender then sends again.",
        _NO,
    ),
    "ENV_TOO_LARGE": Reason(
        "Larger than this door takes",
        "Ask the sender for smaller portions, or raise the door's limit; the sender then sends again.",
        _NO,
    ),
    "ENV_NAME": Reason(
        "The file's name or kind is refused",
        "Ask the sender for a plain file with an ordinary name; links and folders are never followed.",
        _NO,
    ),
    "ENV_OVERLOADED": Reason(
        "The ledger was too busy to take it",
        "Nothing was taken; the sender tries again by itself. Look at the ledger's disk if this lasts.",
        _AUTO,
    ),
    "DUP_CONTENT_CONFLICT": Reason(
        "The same number came before with other content",
        "Compare both. Replay if this one is to count as well, discard it if the earlier one stands.",
        _FIX,
    ),
    # -- grammar
    "SYN_SEGMENT": Reason(
        "A segment is missing or misplaced",
        "Ask the sender to correct and send again, or correct the marked segment here and replay.",
        _NO,
    ),
    "SYN_ELEMENT": Reason(
        "An element is missing, too long or not of its kind",
        "Ask the sender to correct and send again, or correct the marked element here and replay.",
        _NO,
    ),
    "SYN_ORDER": Reason(
        "Segments stand in the wrong order",
        "Ask the sender to correct and send again; a sender that always does this needs a profile option.",
        _NO,
    ),
    "SYN_ROW": Reason(
        "A row does not fit its layout",
        "Correct the marked row and replay it; the other rows have gone through.",
        _FIX,
    ),
    # -- values
    "VALUE_NOT_NUMERIC": Reason(
        "A number was expected",
        "Correct the marked value and replay, or correct the layout's number format.",
        _FIX,
    ),
    "VALUE_DATE": Reason(
        "A date or time was expected",
        "Correct the marked value and replay, or correct the layout's date format.",
        _FIX,
    ),
    "VALUE_RANGE": Reason(
        "A value is outside what its field allows",
        "Ask the sender what is right, correct the value and replay.",
        _FIX,
    ),
    "VALUE_UNWRITABLE": Reason(
        "A value cannot be written in the partner's format",
        "Agree on other delimiters with the partner and set them in the endpoint, or correct the value; replay.",
        _FIX,
    ),
    "VALUE_LENGTH": Reason(
        "A value is too long for the partner's format",
        "Shorten it where it comes from, or agree on a newer version that allows more, then replay.",
        _FIX,
    ),
    "DOC_UNSUPPORTED": Reason(
        "This kind of document is not taken",
        "Add its type or version to the partner's profile and replay, or discard it and tell the sender.",
        _FIX,
    ),
    # -- mapping
    "MAP_ERROR": Reason(
        "The mapping failed on this", "Correct the partner's field map, deploy it and replay.", _FIX
    ),
    "MAP_RULE_MISSING": Reason(
        "Nothing says how to map this", "Add the missing rule to the partner's profile and replay.", _FIX
    ),
    "IDENT_CHECK_DIGIT": Reason(
        "A check digit is wrong",
        "Compare the identifier with the label or the item master, correct it and replay; tell the partner.",
        _FIX,
    ),
    # -- master data
    "XREF_ITEM_UNKNOWN": Reason(
        "The partner's item code is not known",
        "Say which item of ours it means. Everything that waits for this code goes on by itself.",
        _WAIT,
    ),
    "XREF_LOCATION_UNKNOWN": Reason(
        "The partner's site code is not known",
        "Say which site of ours it means. Everything that waits for this code goes on by itself.",
        _WAIT,
    ),
    "XREF_AMBIGUOUS": Reason(
        "The codes of one line mean different items", "Retire the wrong cross reference, then replay.", _FIX
    ),
    "MASTER_NOT_ACTIVE": Reason(
        "The item is blocked or not released",
        "Release the item in the item master. What waits for it goes on by itself.",
        _WAIT,
    ),
    # -- units
    "UOM_UNKNOWN": Reason(
        "The unit of measure is not known", "Add the partner's unit code to its aliases, then replay.", _FIX
    ),
    "UOM_NO_CONVERSION": Reason(
        "No pack factor for this unit",
        "Say how many base units one of them is. Everything that waits for this factor goes on by itself.",
        _WAIT,
    ),
    "UOM_FRACTIONAL": Reason(
        "Part of a unit that cannot be divided", "Ask what was meant, correct the quantity and replay.", _FIX
    ),
    "UOM_ROUNDING": Reason(
        "Too much would be lost by rounding", "Correct the quantity or the pack factor, then replay.", _FIX
    ),
    # -- meaning
    "REVERSAL_TARGET_UNKNOWN": Reason(
        "What is to be reversed is not in the book",
        "Replay once the original has arrived, or discard it if the original never took effect here.",
        _FIX,
    ),
    "CTRL_TOTAL_MISMATCH": Reason(
        "A control total disagrees with its lines",
        "Ask the sender which is right. Correct and replay, or discard and have it sent again.",
        _FIX,
    ),
    "SDQ_SUM_MISMATCH": Reason(
        "The parts of a line do not sum to it",
        "Ask the sender which is right, the line or its parts. Correct and replay.",
        _FIX,
    ),
    "BALANCE_EQUATION": Reason(
        "Opening balance and changes do not give the closing balance",
        "Nothing is stopped by it. Tell the sender, whose figures do not agree with each other.",
        _FIX,
    ),
    "CORRECTION_WITHOUT_REF": Reason(
        "A correction does not say what it corrects",
        "Ask which shipment or receipt is meant, add its number and replay.",
        _FIX,
    ),
    "NEEDS_DOCUMENT": Reason(
        "An adjustment stands where another document belongs",
        "Ask for the transfer, return or shipment that it stands for; discard it once that is here.",
        _FIX,
    ),
    "SNAPSHOT_EMPTY": Reason(
        "A full snapshot without lines",
        "It would say that nothing is in stock. Ask the sender; discard it unless that is really so.",
        _NO,
    ),
    # -- destinations
    "DST_UNAVAILABLE": Reason(
        "The endpoint cannot be reached", "Nothing to do: it is tried again, later and later.", _AUTO
    ),
    "DST_TIMEOUT": Reason(
        "The endpoint did not take it in all its tries", "Get the endpoint going again, then replay.", _FIX
    ),
    "DST_RATE_LIMIT": Reason(
        "The endpoint asks for fewer requests",
        "Nothing to do: it is sent when the endpoint allows it.",
        _AUTO,
    ),
    "DST_LOCKED": Reason(
        "The endpoint's record is locked",
        "Nothing to do: it is tried again when the lock may be gone.",
        _AUTO,
    ),
    "DST_UNKNOWN_RESULT": Reason(
        "Sent, but no answer came",
        "Look into the endpoint for the delivery's key. Replay only if it is not there; else discard.",
        _FIX,
    ),
    "DST_AUTH": Reason(
        "The endpoint refuses our credentials", "Renew the endpoint's secret, then replay.", _FIX
    ),
    "DST_REJECTED": Reason(
        "The endpoint refused the transaction",
        "Read the endpoint's own words, correct the data there or edit the document here, then replay.",
        _FIX,
    ),
    # -- ourselves
    "CFG_MISSING": Reason(
        "The configuration has nothing for this",
        "Add the route, endpoint or plug-in it names, then replay.",
        _FIX,
    ),
    "INT_BUG": Reason(
        "The bridge itself failed on this",
        "Find the cause in the log, install a release that mends it, then replay.",
        _FIX,
    ),
    "INT_POISON": Reason(
        "It ended its worker again and again",
        "It is kept aside so that others go on. Install a release that mends the cause before replaying.",
        _FIX,
    ),
}

_UNKNOWN = Reason(
    "Stopped for a reason of an older or newer release", "Read the sentence, put it right and replay.", _FIX
)


def of(code: str) -> Reason:
    """What a reason code means; a code that this release does not know gets a general answer."""
    return REASONS.get(code, _UNKNOWN)
