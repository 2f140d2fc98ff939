"""A model's card is its manifest: what is measured of the model is written there, beside what it was taught."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.catalogue import MANIFEST
from core.saving import write_whole


def write_on_card(folder: Path, name: str, figures: Mapping[str, Any]) -> None:
    """Add figures under ``name`` to the manifest in a model's ``folder``; raises OutputError where that cannot be done.

    Fractions keep four digits, which is more than any figure there is worth.
    """
    manifest = folder / MANIFEST
    card = json.loads(manifest.read_text(encoding="utf-8"))
    card.setdefault("metrics", {})[name] = _rounded(figures)
    write_whole(manifest, (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(inner) for inner in value]
    return round(value, 4) if isinstance(value, float) else value
