"""The handlers of the tab "Dead letters". SQL runs in a thread, never on the event loop.

Who acts is the name of the checked login, what may be done is the role's, and each form carries a token
against forgery and a reason for the audit trail.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from tornado.ioloop import IOLoop
from tornado.web import HTTPError, RequestHandler

from bridge import clock, dead_letter_check, dead_letter_detail, dead_letter_search, reasons, replay
from bridge.dead_letter_check import EdiCheck
from bridge.dead_letter_detail import Detail, MasterDataGap
from bridge.dead_letter_search import Filter
from bridge.edits import EditInvalid, Fault
from bridge.flower.guard import READING, Guarded
from bridge.master_data import steward
from bridge.master_data.steward import StewardRefused
from bridge.message import LetterState
from bridge.permissions import Permission
from bridge.replay import Outcome, ReplayRefused

PAGE = 50
MOST_AT_ONCE = 1_000
"""Letters acted on by one request."""

T = TypeVar("T")

NEEDS = {
    "replay": Permission.REPLAY,
    "release": Permission.REPLAY,
    "edit": Permission.EDIT,
    "discard": Permission.DISCARD,
    "cross-reference": Permission.MASTER_DATA_WRITE,
    "item-unit": Permission.MASTER_DATA_WRITE,
}

NOTICES = {
    "replay": "{done} put back to work. {skipped}",
    "edit": "{done} replaced by your version and put back to work. {skipped}",
    "discard": "{done} discarded. {skipped}",
    "release": "Everything that waits for this tries again.",
    "cross-reference": "The cross reference is approved; what waited for it goes on by itself.",
    "item-unit": "The pack factor is approved; what waited for it goes on by itself.",
}

FILTERS = ("state", "code", "source", "endpoint", "condition", "q", "since", "until")


class Page(Guarded):
    """What the tab's handlers share."""

    def check_xsrf_cookie(self) -> None:
        """Flower looks at where a post comes from; ours must bring the token, too."""
        super().check_xsrf_cookie()
        RequestHandler.check_xsrf_cookie(self)

    async def run(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        result: T = await IOLoop.current().run_in_executor(None, partial(function, *args, **kwargs))
        return result

    def asked(self, name: str) -> str | None:
        """A parameter of the URL, as it was typed."""
        return self.get_query_argument(name, None) or None

    def form(self, name: str) -> str:
        """A field of the form, byte for byte: tornado's own way would drop the separators of EDI."""
        values = self.request.body_arguments.get(name) or [b""]
        try:
            return str(values[-1].decode())
        except UnicodeDecodeError as error:
            raise HTTPError(400, f"field {name} is not UTF-8") from error

    def may(self, action: str) -> bool:
        return self.principal.may(NEEDS[action])

    def show(self, template: str, **values: Any) -> None:
        self.render(
            template,
            principal=self.principal,
            may=self.may,
            when=when,
            ago=ago,
            reason_of=reasons.of,
            **values,
        )

    def notice(self) -> str | None:
        """What the action before said, from fixed sentences and two numbers."""
        sentence = NOTICES.get(self.asked("notice") or "")
        if sentence is None:
            return None
        done, skipped = _number(self.asked("done")), _number(self.asked("skipped"))
        return sentence.format(
            done=f"{done} letter{'' if done == 1 else 's'}",
            skipped=f"{skipped} skipped, because somebody acted first or nothing can be replayed."
            if skipped
            else "",
        )

    def back(self, where: str, action: str, outcome: Outcome | None = None) -> None:
        numbers = f"&done={len(outcome.done)}&skipped={len(outcome.skipped)}" if outcome else ""
        self.redirect(f"{where}?notice={action}{numbers}", status=303)

    def needed(self) -> Permission:
        if self.request.method in READING:
            return Permission.READ
        return NEEDS.get(self.path_args[-1] if self.path_args else "", Permission.WORKERS_CONTROL)


class DeadLettersHandler(Page):
    """The list: what stopped, grouped by what would free it."""

    async def get(self) -> None:
        wanted = self._filter()
        before = self.asked("before")
        if before is not None and not before.isdecimal():
            raise HTTPError(400, "before is the number of a letter")
        ledger = self.console.ledger
        letters = await self.run(
            dead_letter_search.find, ledger, wanted, limit=PAGE + 1, before_id=int(before) if before else None
        )
        total = await self.run(dead_letter_search.count, ledger, wanted)
        groups = await self.run(dead_letter_search.groups, ledger)
        self.show(
            "dead_letters.html",
            letters=letters[:PAGE],
            next_before=letters[PAGE - 1].id if len(letters) > PAGE else None,
            is_first=before is None,
            total=total,
            groups=groups,
            asked={name: self.asked(name) or "" for name in FILTERS},
            states=["open", "replaying", "resolved", "discarded", "all"],
            notice=self.notice(),
        )

    def _filter(self) -> Filter:
        state = self.asked("state") or LetterState.OPEN
        since, until = _day(self.asked("since")), _day(self.asked("until"))
        return Filter(
            state=None if state == "all" else state,
            code=self.asked("code"),
            source=self.asked("source"),
            endpoint=self.asked("endpoint"),
            release_condition=self.asked("condition"),
            text=self.asked("q"),
            since=since,
            until=until + timedelta(days=1) if until else None,
        )


class ManyLettersHandler(Page):
    """One action on the letters that were ticked, or on all that wait for one thing."""

    async def post(self, action: str) -> None:
        by = {"actor": self.principal.name, "reason": self.form("reason")}
        outcome = None
        try:
            if action == "release":
                await self.run(replay.replay_waiting, self.console.ledger, self.form("condition"), **by)
            elif action == "replay":
                outcome = await self.run(
                    replay.replay, self.console.ledger, self._ids(), accept=self.console.accept, **by
                )
            else:
                outcome = await self.run(replay.discard, self.console.ledger, self._ids(), **by)
        except ReplayRefused as refused:
            raise HTTPError(400, str(refused)) from refused
        self.back(self.reverse_url("dead-letters"), action, outcome)

    def _ids(self) -> list[str]:
        ids = [value.decode("ascii", "replace") for value in self.request.body_arguments.get("id", [])]
        if len(ids) > MOST_AT_ONCE:
            raise HTTPError(400, f"at most {MOST_AT_ONCE} letters at once")
        return ids


class LetterPage(Page):
    """What the two handlers of a single letter share."""

    async def show_letter(
        self, public_id: str, *, draft: str | None = None, faults: list[Fault] | None = None,
        checked: EdiCheck | None = None,
    ) -> None:  # fmt: skip
        """``draft`` and ``faults``: an edit that was refused, so that nothing typed is lost."""
        detail = await self.load(public_id)
        self.show(
            "dead_letter.html", detail=detail, draft=draft, faults=faults or [], notice=self.notice(),
            checked=checked, is_edi=detail.message.format in dead_letter_check.FORMATS,
        )  # fmt: skip

    async def load(self, public_id: str) -> Detail:
        console = self.console
        try:
            return await self.run(
                dead_letter_detail.show, console.ledger, public_id, raw_store=console.raw_store
            )
        except KeyError:
            raise HTTPError(404, "There is no such dead letter.") from None


class DeadLetterHandler(LetterPage):
    """One letter with all that is known about it; ``?check`` looks at its source as EDI."""

    async def get(self, public_id: str) -> None:
        checked = None
        if self.asked("check"):
            console = self.console
            try:
                checked = await self.run(
                    dead_letter_check.check, console.ledger, public_id, raw_store=console.raw_store
                )
            except KeyError:
                raise HTTPError(404, "There is no such dead letter.") from None
        await self.show_letter(public_id, checked=checked)


class OneLetterHandler(LetterPage):
    """An action on one letter; what is refused is shown beside what was typed."""

    async def get(self, public_id: str, _action: str) -> None:
        self.redirect(self.reverse_url("dead-letter", public_id))

    async def post(self, public_id: str, action: str) -> None:
        content = self.form("content") if action == "edit" else None
        try:
            outcome = await self._act(public_id, action, content)
            faults = [Fault("", skipped.why) for skipped in outcome.skipped] if outcome else []
            status = 409
        except EditInvalid as invalid:
            faults, status = invalid.faults, 422
        except (ReplayRefused, StewardRefused) as refused:
            faults, status = [Fault("", str(refused))], 422
        if not faults:
            self.back(self.reverse_url("dead-letter", public_id), action, outcome)
            return
        self.set_status(status)
        await self.show_letter(public_id, draft=content, faults=faults)

    async def _act(self, public_id: str, action: str, content: str | None) -> Outcome | None:
        ledger, accept = self.console.ledger, self.console.accept
        by = {"actor": self.principal.name, "reason": self.form("reason")}
        if content is not None:
            return await self.run(replay.edit_and_replay, ledger, public_id, content, accept=accept, **by)
        if action == "replay":
            return await self.run(replay.replay, ledger, [public_id], accept=accept, **by)
        if action == "discard":
            return await self.run(replay.discard, ledger, [public_id], **by)
        detail = await self.load(public_id)
        if detail.gap is None or not by["reason"].strip():
            raise ReplayRefused("say why, and do it on a letter that waits for master data")
        await self._fill(detail.gap, by)
        return None

    async def _fill(self, gap: MasterDataGap, by: dict[str, str]) -> None:
        ledger = self.console.ledger
        if gap.kind == "cross_reference":
            await self.run(
                steward.add_cross_reference,
                ledger,
                domain=gap.domain,
                partner=gap.partner,
                qualifier=gap.qualifier,
                source_code=gap.source_code,
                target_code=self._filled("target_code"),
                **by,
            )
        else:
            numerator, denominator = self._filled("numerator"), self._filled("denominator")
            if not (numerator.isdecimal() and denominator.isdecimal()):
                raise StewardRefused("numerator and denominator are whole numbers of at least 1")
            await self.run(
                steward.add_item_unit,
                ledger,
                item_id=gap.item_id,
                unit=gap.unit,
                numerator=int(numerator),
                denominator=int(denominator),
                **by,
            )

    def _filled(self, name: str) -> str:
        value = self.form(name).strip()
        if not value:
            raise StewardRefused(f"{name.replace('_', ' ')} is missing")
        return value


def when(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def ago(at: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    seconds = max(0, int((clock.now() - at).total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 0


def _day(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError as error:
        raise HTTPError(400, "a day is written as 2026-03-31") from error
