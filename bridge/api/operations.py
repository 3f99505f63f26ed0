"""What happened to a message, and what is to be done about what stopped: for programs, below ``/v1``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from bridge import dead_letter_detail, dead_letter_search, edits, replay, trace
from bridge.api import problems
from bridge.api.guard import Needs
from bridge.bootstrap import Bridge
from bridge.dead_letter_search import Filter
from bridge.permissions import Logins, Permission, Principal
from bridge.replay import Outcome, ReplayRefused

PAGE = 100
LARGEST_BODY = 8 << 20
"""Bytes of a request's body, which is read before its key is looked at: the largest edit, all escaped."""

_NO_NUL = r"^[^\x00]*$"
Text = Annotated[str | None, Query(max_length=200, pattern=_NO_NUL)]
PublicId = Annotated[str, Path(max_length=200, pattern=_NO_NUL)]


class Reasoned(BaseModel):
    """Every action says why."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=500, pattern=_NO_NUL)


class Edited(Reasoned):
    content: str = Field(max_length=1 << 20)


class LetterSummary(BaseModel):
    """One dead letter in a list."""

    model_config = ConfigDict(from_attributes=True)

    public_id: str
    subject: str
    step: str
    code: str
    sentence: str
    source: str
    endpoint: str | None
    type: str | None
    number: str | None
    value: str | None
    release_condition: str | None
    state: str
    count: int
    first_at: datetime
    last_at: datetime
    resolution: str | None


class LetterPage(BaseModel):
    """``next`` goes into ``before`` of the next request; ``null`` on the last page."""

    letters: list[LetterSummary]
    next: int | None


class Done(BaseModel):
    """What an action came to."""

    done: list[str]
    skipped: dict[str, str]


def router(bridge: Bridge) -> APIRouter:
    """All routes, guarded by the permission table."""
    routes = APIRouter(
        prefix="/v1",
        max_body_size=LARGEST_BODY,
        responses=problems.described(400, 401, 403, 404, 422, 503) | {413: {"description": "Too large"}},
    )
    may = partial(Needs, Logins(bridge.settings.api_keys.get_secret_value()))
    _add_reading(routes, bridge, may)
    _add_acting(routes, bridge, may)
    return routes


Guard = Callable[[Permission], Needs]


def _add_reading(routes: APIRouter, bridge: Bridge, may: Guard) -> None:
    ledger, can_read = bridge.ledger, Depends(may(Permission.READ))

    @routes.get("/trace", dependencies=[can_read])
    def trace_key(
        key: Annotated[str, Query(min_length=1, max_length=200, pattern=_NO_NUL)],
    ) -> dict[str, Any]:
        """Everything about a PO, ASN, SKU, file name or id, from door to door."""
        return trace.trace(ledger, key).as_dict()

    @routes.get("/messages/{public_id}", dependencies=[can_read])
    def show_message(public_id: PublicId) -> dict[str, Any]:
        """One message with its documents, movements, deliveries and dead letters."""
        for message in trace.trace(ledger, public_id).as_dict()["messages"]:
            if message["public_id"] == public_id:
                found: dict[str, Any] = message
                return found
        raise HTTPException(404, "there is no such message")

    @routes.get("/dead-letters", dependencies=[can_read])
    def list_letters(
        *,
        state: Text = "open",
        code: Text = None,
        source: Text = None,
        endpoint: Text = None,
        text: Text = None,
        before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    ) -> LetterPage:
        """Dead letters, newest first, a page at a time."""
        wanted = Filter(state=state, code=code, source=source, endpoint=endpoint, text=text)
        found = dead_letter_search.find(ledger, wanted, limit=PAGE, before_id=before)
        letters = [LetterSummary.model_validate(one) for one in found]
        return LetterPage(letters=letters, next=found[-1].id if len(found) == PAGE else None)

    @routes.get("/dead-letters/{public_id}", dependencies=[can_read])
    def show_letter(public_id: PublicId) -> dict[str, Any]:
        """One letter with its reason, its place in the source, and what would help."""
        try:
            detail = dead_letter_detail.show(ledger, public_id, raw_store=bridge.settings.raw_store)
        except KeyError:
            raise HTTPException(404, "there is no such dead letter") from None
        return {
            "letter": LetterSummary.model_validate(detail.letter).model_dump(mode="json"),
            "title": detail.reason.title,
            "remedy": detail.reason.remedy,
            "location": detail.location,
            "waiting": detail.waiting,
            "editable": detail.editable,
        }


def _add_acting(routes: APIRouter, bridge: Bridge, may: Guard) -> None:
    ledger, ring = bridge.ledger, bridge.ring
    # as defaults, because FastAPI cannot look a local name up in an annotation that is text
    can_replay, can_edit, can_discard = (
        Depends(may(one)) for one in (Permission.REPLAY, Permission.EDIT, Permission.DISCARD)
    )

    @routes.post("/dead-letters/{public_id}/replay")
    def replay_letter(public_id: PublicId, body: Reasoned, who: Principal = can_replay) -> Done:
        """Let it go on as it is."""
        return _done(lambda: replay.replay(
            ledger, [public_id], actor=f"api:{who.name}", reason=body.reason, accept=bridge.accept_one, ring=ring
        ))  # fmt: skip

    @routes.post("/dead-letters/{public_id}/edit")
    def edit_letter(public_id: PublicId, body: Edited, who: Principal = can_edit) -> Done:
        """Let it go on with other content."""
        return _done(lambda: replay.edit_and_replay(
            ledger, public_id, body.content, actor=f"api:{who.name}", reason=body.reason,
            accept=bridge.accept_one, ring=ring,
        ))  # fmt: skip

    @routes.post("/dead-letters/{public_id}/discard")
    def discard_letter(public_id: PublicId, body: Reasoned, who: Principal = can_discard) -> Done:
        """It shall never take effect."""
        return _done(lambda: replay.discard(
            ledger, [public_id], actor=f"api:{who.name}", reason=body.reason, ring=ring
        ))  # fmt: skip


def _done(act: Callable[[], Outcome]) -> Done:
    try:
        outcome = act()
    except ReplayRefused as error:
        raise HTTPException(422, str(error)) from error
    except edits.EditInvalid as error:
        raise HTTPException(422, str(error)) from error
    if not outcome.done and not outcome.skipped:
        raise HTTPException(404, "there is no open dead letter of this id")
    return Done(done=list(outcome.done), skipped={one.public_id: one.why for one in outcome.skipped})
