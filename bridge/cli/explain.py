"""From an exception to the one line that a person at a terminal needs: what is wrong, and the remedy."""

from __future__ import annotations


class Stop(Exception):
    """A command cannot go on; the text is the whole message."""


_TELLING = frozenset(
    {
        "CompanyInvalid", "EditInvalid", "LayoutInvalid", "LoginsInvalid", "PluginMissing", "ReplayRefused",
        "ServiceFailed", "StewardRefused", "Stop",
    }
)  # fmt: skip
"""Errors whose text is written for people."""


def in_one_line(error: Exception) -> str:
    """Errors are told apart by name, so that explaining one imports nothing."""
    name = type(error).__name__
    text = str(error).strip()
    if name in _TELLING:
        return text
    if name == "ValidationError":
        return f"a setting is wrong: {' '.join(text.split())}"
    if name in {"OperationalError", "ProgrammingError"}:
        first = text.splitlines()[0]
        if "no such table" in first or "does not exist" in first:
            return "the ledger has no tables yet; make them with: crossdock migrate"
        return f"the ledger does not answer: {first}; look at CROSSDOCK_LEDGER_URL"
    if hasattr(error, "code"):
        return f"{error.code}: {text}"
    if isinstance(error, FileNotFoundError):
        return f"{error.filename} does not exist"
    return f"{name}: {text or 'no details'} (CROSSDOCK_DEBUG=1 shows where)"
