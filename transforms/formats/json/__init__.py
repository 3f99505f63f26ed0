"""JSON documents such as webhooks send them, read strictly and by a partner's layout."""

from __future__ import annotations

from transforms.formats.json.reader import check_options, read
from transforms.formats.json.strict import parse

__all__ = ["check_options", "parse", "read"]
