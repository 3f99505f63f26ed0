"""CONTRL: says back which messages of an interchange were accepted and which were not."""

from __future__ import annotations

from datetime import datetime

from transforms.canonical.acknowledgements import AcknowledgedGroup, AcknowledgedPart, DocumentAcknowledged
from transforms.formats.edifact.writers.assembly import Body, Profile

_ACKNOWLEDGED, _REJECTED = "7", "4"


def body(document: DocumentAcknowledged, _profile: Profile, _at: datetime) -> Body:
    made = Body()
    groups = document.groups
    is_rejected = not any(group.sets_accepted for group in groups) and not (document.accepted and not groups)
    made.add(
        "UCI", document.number, _party(document.sender), _party(document.receiver),
        _REJECTED if is_rejected else _ACKNOWLEDGED, *document.codes[:1],
    )  # fmt: skip
    for group in groups:
        if group.control:
            _group(made, group)
        for part in group.parts:
            _message(made, part)
    return made


def _party(party: dict[str, str]) -> tuple[str, str]:
    return party["id"], party["qualifier"]


def _group(made: Body, group: AcknowledgedGroup) -> None:
    verdict = _ACKNOWLEDGED if group.sets_accepted or not group.parts else _REJECTED
    made.add("UCF", group.control, None, None, verdict, *group.codes[:1])


def _message(made: Body, part: AcknowledgedPart) -> None:
    version = (part.version or "").split(":")
    verdict = _ACKNOWLEDGED if part.accepted else _REJECTED
    made.add("UCM", part.control, (part.document_type, *version), verdict, *part.codes[:1])
    for segment in part.segments:
        made.add("UCS", segment.position, segment.code)
        for element in segment.elements:
            made.add("UCD", element.code, (element.position, element.component))
