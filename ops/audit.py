"""Looks locked packages up among the known vulnerabilities, with pip-audit, and believes only full answers.

pip-audit ends well when it could look up nothing at all. Here an audit has passed only when every package
that is pinned for this platform was looked up and none is known to be vulnerable. It needs the network,
so it is run by hand and on a schedule, not with the tests.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def pinned(requirements: Path) -> set[str]:
    """The names of what is installed here from a locked file."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    pins = (Requirement(line.rstrip(" \\")) for line in lines if line[:1].isalnum())
    return {canonicalize_name(pin.name) for pin in pins if pin.marker is None or pin.marker.evaluate()}


def faults(report: str, expected: Iterable[str]) -> list[str]:
    """What keeps an audit from being passed, a sentence each. ``report`` is pip-audit's JSON."""
    try:
        entries = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return ["pip-audit gave no report; what it said stands above"]
    found = [_fault(entry) for entry in entries]
    missing = set(expected) - {canonicalize_name(entry["name"]) for entry in entries}
    found += [f"{name}: pinned, but not in pip-audit's report" for name in sorted(missing)]
    return [fault for fault in found if fault]


def _fault(entry: dict[str, object]) -> str | None:
    if "vulns" not in entry:
        return f"{entry['name']}: not looked up: {entry.get('skip_reason', 'no reason given')}"
    vulnerabilities = entry["vulns"]
    if not isinstance(vulnerabilities, list) or not vulnerabilities:
        return None
    known = ", ".join(
        f"{one['id']} (mended in {' or '.join(one['fix_versions']) or 'no version yet'})"
        for one in vulnerabilities
    )
    return f"{entry['name']} {entry['version']}: {known}"


def audit(requirements: Path) -> list[str]:
    """Run pip-audit over one locked file; its hashes make resolving needless."""
    program = Path(sys.executable).with_name("pip-audit")
    options = ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    ended = subprocess.run(  # noqa: S603  # nosec B603  # our own command, without a shell
        [program, *options, "--requirement", requirements], capture_output=True, text=True, check=False
    )
    if not ended.stdout.strip():
        print(ended.stderr, file=sys.stderr)
    return faults(ended.stdout, pinned(requirements))


def main(paths: list[str]) -> int:
    """Audit each file; 0 only when every one has passed."""
    count = 0
    for path in map(Path, paths):
        found = audit(path)
        count += len(found)
        for fault in found:
            print(f"{path}: {fault}")
        if not found:
            print(f"{path}: all {len(pinned(path))} packages looked up, none is known to be vulnerable")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
