"""Each sample beside the format gives exactly the documents that stand beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.idocs import read
from transforms.formats import idoc
from transforms.reading import Drafted, PartClosed

SAMPLES = Path(idoc.__file__).parent / "samples"
ALL = sorted(path for path in SAMPLES.iterdir() if path.suffix != ".json")


def told(sample):
    """What a sample becomes, without what is only ours to know."""
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
        for event in read(sample.read_bytes())
    ]


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_a_sample_becomes_what_stands_beside_it(sample):
    assert told(sample) == json.loads(sample.with_name(sample.name + ".expected.json").read_text())


def test_every_message_that_is_taken_has_a_sample():
    assert {sample.name.split("-")[0][:6] for sample in ALL} == {
        "orders",
        "delvry",
        "wmmbxy",
        "mbgmcr",
        "matmas",
    }
