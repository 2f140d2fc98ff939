"""Learning rates as a function of the step alone, so that a resumed run needs no schedule of its own."""

from __future__ import annotations

import torch


def learning_rate(base: float, step: int, steps: int, decay_from: float, rise: int = 0) -> float:
    """The rate for ``step`` (0..steps - 1).

    Constant up to the share ``decay_from`` of all steps, then linear to zero; at the start it may rise linearly over
    ``rise`` steps.
    """
    rising = min(1.0, (step + 1) / rise) if rise else 1.0
    start = decay_from * steps
    falling = max(0.0, step - start) / max(1.0, steps - start)
    return base * rising * (1.0 - falling)


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Give every parameter group the rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate
