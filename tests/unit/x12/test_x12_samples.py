"""Each sample of the business day beside its map gives exactly the documents that stand beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from transforms.formats import x12
from transforms.reading import Context, Drafted, PartClosed

SAMPLES = Path(x12.__file__).parent / "samples"
NOW = datetime(2026, 11, 2, tzinfo=UTC)


def told(sample):
    """What a sample becomes, without what is only ours to know."""
    context = Context("nb", "x", "partner", f"file/x/{sample.name}", NOW, options={"acknowledge": False})
    with sample.open("rb") as file:
        events = list(x12.read(file, context))
    assert [type(event) for event in events[-1:]] == [PartClosed]
    return [
        {
            "type": event.document.type,
            "key": event.key,
            "business_key": event.business_key,
            "position": event.position,
            "ordering_key": event.document.ordering_key,
            "data": event.document.model_dump(mode="json", exclude_defaults=True),
        }
        if isinstance(event, Drafted)
        else {"accepted": event.accepted}
        if isinstance(event, PartClosed)
        else {"problem": event.code, "text": event.text, "location": event.location.as_dict()}
        for event in events
    ]


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.x12")), ids=lambda sample: sample.stem)
def test_a_sample_becomes_what_stands_beside_it(sample):
    assert told(sample) == json.loads(sample.with_suffix(".expected.json").read_text())


def test_a_reversal_keeps_apart_from_its_original_under_one_receipt_number():
    original, reversal = (told(SAMPLES / f"944-{name}.x12")[0] for name in ("original", "reversal"))
    assert original["data"]["number"] == reversal["data"]["number"] == "WR-5002"
    assert original["business_key"] != reversal["business_key"]
    assert original["ordering_key"] == reversal["ordering_key"]
