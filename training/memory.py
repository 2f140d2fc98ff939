"""Running out of memory, told with the setting that helps."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import torch

from training.errors import OutOfMemoryError

#: torch's CPU allocator and MPS raise a plain RuntimeError with one of these.
_PHRASES = ("can't allocate memory", "out of memory", "alloc_failed")


@contextlib.contextmanager
def memory_failures_told(step: int | None, recipe: Mapping[str, Any]) -> Iterator[None]:
    """Turn every kind of out-of-memory failure into an OutOfMemoryError that names what to lower in ``recipe``.

    step: the one that is being trained; None while networks are built and loaded.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        known = isinstance(error, MemoryError | torch.OutOfMemoryError)
        if not known and not any(phrase in str(error).lower() for phrase in _PHRASES):
            raise
        if step is None:
            raise OutOfMemoryError(
                f"Memory ran out before the first step: lower {' or '.join(_widths(recipe)) or 'size'}."
            ) from error
        raise OutOfMemoryError(f"Memory ran out in step {step}: lower {_lower(recipe)}.") from error


def _lower(recipe: Mapping[str, Any]) -> str:
    batch = int(recipe.get("batch", 1))
    data, networks = recipe.get("data", {}), recipe.get("networks", {})
    size = data.get("size", recipe.get("size"))
    wishes = [f"batch (now {batch})"] if batch > 1 else []
    wishes.append(f"{'data.size' if data else 'size'} (now {size})")
    if networks.get("discriminator") == "report":
        wishes += _widths(recipe)[-1:]
    return ", or ".join(wishes)


def _widths(recipe: Mapping[str, Any]) -> list[str]:
    """The settings that make networks themselves large."""
    networks = recipe.get("networks", {})
    names = ("generator_width", "discriminator_width")
    return [f"networks.{name} (now {networks[name]})" for name in names if name in networks]
