"""How a run fails, told to the person who started it."""

from __future__ import annotations

from core.errors import AnimirrorError


class RunError(AnimirrorError):
    """A run that cannot go on as it is; the sentence says what to change."""


class OutOfMemoryError(RunError):
    """The machine's or the accelerator's memory does not hold a training step."""


class AlreadyToldError(RunError):
    """Another process of the same run has told why it cannot go on; this one has nothing to add."""
