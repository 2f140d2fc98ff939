"""Running out of memory, told with the setting that helps."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import torch

from training.errors import OutOfMemoryError

#: torch's CPU allocator and MPS raise a plain RuntimeError with one of these.
_PHRASES = ("can't allocate memory", "out of memory")


@contextlib.contextmanager
def memory_failures_told(step: int, recipe: Mapping[str, Any]) -> Iterator[None]:
    """Turn every kind of out-of-memory failure into an OutOfMemoryError that names what to lower in ``recipe``."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        known = isinstance(error, MemoryError | torch.OutOfMemoryError)
        if not known and not any(phrase in str(error) for phrase in _PHRASES):
            raise
        raise OutOfMemoryError(f"Memory ran out in step {step}: lower {_lower(recipe)}.") from error


def _lower(recipe: Mapping[str, Any]) -> str:
    batch = int(recipe.get("batch", 1))
    data, networks = recipe.get("data", {}), recipe.get("networks", {})
    size = data.get("size", recipe.get("size"))
    wishes = [f"batch (now {batch})"] if batch > 1 else []
    wishes.append(f"{'data.size' if data else 'size'} (now {size})")
    if networks.get("discriminator") == "report":
        wishes.append(f"networks.discriminator_width (now {networks['discriminator_width']})")
    return ", or ".join(wishes)
