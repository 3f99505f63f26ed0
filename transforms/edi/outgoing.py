"""What leaves is walked through along the standard's structure first.

What a partner's checker would refuse is refused here, with the element that is to be put right.
"""

from __future__ import annotations

from transforms.edi import structural
from transforms.edi.faults import Fault, Wrong
from transforms.edi.structure import Structure
from transforms.edi.walker import Walker
from transforms.errors import TooLong, TransformError
from transforms.location import Location
from transforms.segments import Dialect


def check(segments: list[str], structure: Structure, dialect: Dialect) -> None:
    """Segments between a message's header and its trailer. Raises what is wrong with the first that is."""
    walker = Walker(structure, dialect)
    walker.feed(segments)
    walker.close()
    fault = next(filter(structural.stops, walker.faults), None)
    if fault is not None:
        raise _refusal(fault)


def _refusal(fault: Fault) -> TransformError:
    kind = TooLong if fault.wrong is Wrong.TOO_LONG else structural.kind(fault)
    where = Location(tag=fault.tag, element=fault.element, component=fault.component)
    return kind(fault.text, location=where, value=fault.value)
