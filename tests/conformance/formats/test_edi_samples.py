"""Each X12 and EDIFACT sample gives exactly the documents that stand beside it."""

from __future__ import annotations

import json

import pytest

from tests.edi_files import NOW, SAMPLE_IDS, SAMPLES, STANDARDS, raw_of
from transforms.reading import Context, Drafted, PartClosed


def told(standard, sample):
    """What a sample becomes, without what is only ours to know."""
    raw = raw_of(sample)
    options = {"acknowledge": "never"}
    context = Context("nb", "x", "partner", f"file/x/{raw.name}", NOW, options=options)
    with raw.open("rb") as file:
        events = list(standard.module.read(file, context))
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


@pytest.mark.parametrize(("standard", "sample"), SAMPLES, ids=SAMPLE_IDS)
def test_a_sample_becomes_what_stands_beside_it(standard, sample):
    assert told(standard, sample) == json.loads(sample.read_text())


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda standard: standard.name)
def test_every_map_has_a_sample(standard):
    maps = __import__(f"{standard.module.__name__}.maps", fromlist=["MAPS"]).MAPS
    missing = [
        kind for kind in maps if not any(one.name.startswith(kind.lower()) for one in standard.samples)
    ]
    assert missing == []


def test_a_reversal_keeps_apart_from_its_original_under_one_receipt_number():
    samples = {sample.name: (standard, sample) for standard, sample in SAMPLES}
    original, reversal = (told(*samples[f"944-{name}.expected.json"])[0] for name in ("original", "reversal"))
    assert original["data"]["number"] == reversal["data"]["number"] == "WR-5002"
    assert original["business_key"] != reversal["business_key"]
    assert original["ordering_key"] == reversal["ordering_key"]
