"""997 Functional Acknowledgment (004010): says back which sets were accepted and which were not."""

from __future__ import annotations

from datetime import datetime

from transforms.canonical.acknowledgements import AcknowledgedGroup, DocumentAcknowledged

_END = "~\n"


def write(document: DocumentAcknowledged, *, control: int, at: datetime) -> bytes:
    """The interchange, from who received back to who sent. ``control`` becomes ISA13, ``at`` is UTC."""
    icn = f"{control:09d}"
    us, them = document.receiver, document.sender
    isa = (
        f"ISA*00*{'':10}*00*{'':10}*{us['qualifier']:2}*{us['id']:15}*{them['qualifier']:2}*{them['id']:15}"
        f"*{at:%y%m%d}*{at:%H%M}*U*00401*{icn}*0*{'T' if document.test else 'P'}*>"
    )
    group = f"GS*FA*{us['id']}*{them['id']}*{at:%Y%m%d}*{at:%H%M}*{control}*X*004010"
    segments = [isa, group]
    for number, acknowledged in enumerate(document.groups, start=1):
        segments += _set(acknowledged, number)
    segments += [f"GE*{len(document.groups)}*{control}", f"IEA*1*{icn}"]
    return (_END.join(segments) + _END).encode("ascii", "replace")


def _set(group: AcknowledgedGroup, number: int) -> list[str]:
    control = f"{number:04d}"
    body = [f"ST*997*{control}", f"AK1*{group.group_type}*{group.control}"]
    for part in group.parts:
        body.append(f"AK2*{part.document_type}*{part.control}")
        body.append("AK5*A" if part.accepted else "*".join(["AK5", "R", *part.codes[:5]]))
    counts = f"{group.sets_included}*{group.sets_received}*{group.sets_accepted}"
    body.append("*".join([f"AK9*{_verdict(group)}*{counts}", *group.codes[:5]]))
    return [*body, f"SE*{len(body) + 1}*{control}"]


def _verdict(group: AcknowledgedGroup) -> str:
    """AK901: accepted, partially accepted, rejected; accepted with errors of the group itself."""
    if group.sets_received and not group.sets_accepted:
        return "R"
    if group.sets_accepted < group.sets_received:
        return "P"
    return "E" if group.codes else "A"
