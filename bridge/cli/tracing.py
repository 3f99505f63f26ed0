"""How a trace looks in a terminal: a tree from each message to everything that came of it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from bridge.trace import AcknowledgementTrace, DocumentTrace, LetterTrace, MessageTrace, Trace


def print_trace(trace: Trace) -> None:
    """An unknown key gives one line that says so."""
    console = Console()
    if not trace.messages:
        console.print(Text(f"nothing is known of {trace.text!r}"))
        return
    for message in trace.messages:
        console.print(_message(message))
    if trace.cut:
        console.print(Text("There is more; ask for something narrower, such as a message id."))


def _message(message: MessageTrace) -> Tree:
    again = f", came {message.duplicates} more times" if message.duplicates else ""
    tree = Tree(
        Text(
            f"{message.received_at:%Y-%m-%d %H:%M:%S}  {message.source}: {message.name or message.key}"
            f"  ({message.format}, {message.size} bytes, {message.state}{again})  {message.public_id}"
        )
    )
    _add_letters(tree, message.letters)
    for document in message.documents:
        _add_document(tree, document)
    return tree


def _add_document(tree: Tree, document: DocumentTrace) -> None:
    branch = tree.add(Text(f"{document.type} {document.number}  ({document.state})  {document.position}"))
    _add_letters(branch, document.letters)
    for one in document.movements:
        moved = f"{one.from_site} {one.from_status} → {one.to_site} {one.to_status}"
        branch.add(Text(f"{one.kind}: {one.quantity} × {one.item_id}, {moved}"))
    for delivery in document.deliveries:
        receipt = f", receipt {delivery.receipt}" if delivery.receipt else ""
        leaf = branch.add(Text(f"→ {delivery.endpoint}: {delivery.state}{receipt}"))
        if delivery.acknowledgement is not None:
            leaf.add(Text(_acknowledgement(delivery.acknowledgement)))
        for attempt in delivery.attempts:
            said = " ".join(str(part) for part in (attempt.status, attempt.detail) if part)
            leaf.add(Text(f"{attempt.at:%H:%M:%S.%f}  {attempt.outcome}  {said}"))


def _acknowledgement(said: AcknowledgementTrace) -> str:
    """One line: what is known, and since or until when."""
    parts = [f"acknowledgement of interchange {said.interchange}: {said.state.replace('_', ' ')}"]
    if said.acknowledged_at is not None:
        parts.append(f"{said.acknowledged_at:%Y-%m-%d %H:%M:%S}")
    elif said.due_at is not None:
        parts.append(f"due {said.due_at:%Y-%m-%d %H:%M:%S}")
    return ", ".join([*parts, *([said.detail] if said.detail else [])])


def _add_letters(tree: Tree, letters: Iterable[LetterTrace]) -> None:
    for letter in letters:
        tree.add(
            Text(f"dead letter {letter.public_id[:8]}: {letter.code}, {letter.sentence} ({letter.state})")
        )
