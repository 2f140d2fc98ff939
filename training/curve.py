"""The stop rule's curve as an SVG: distance and loss over the steps, where the run was done and where it was best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.stopping import Measurement, Verdict, smoothed

WIDTH, HEIGHT, MARGIN = 720, 320, 48
DISTANCE, LOSS, MARK = "#c2410c", "#1d4ed8", "#15803d"


def draw_curve(series: Sequence[Measurement], verdict: Verdict) -> str:
    """Return an SVG document; each curve fills the height by itself."""
    steps = np.array([float(one.step) for one in series])
    distances, losses = np.array([one.kid for one in series]), np.array([one.loss for one in series])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _axis(steps),
        _line(steps, losses, losses, LOSS, "1.5"),
        _dots(steps, distances),
        _line(steps, smoothed(distances), distances, DISTANCE, "2.5"),
        f'<text x="{MARGIN}" y="20" fill="{DISTANCE}">distance to anime: {distances.min():.2f} to '
        f"{distances.max():.2f} (dots: measured, line: median of three)</text>",
        f'<text x="{MARGIN}" y="36" fill="{LOSS}">loss: {losses.min():.3f} to {losses.max():.3f}</text>',
    ]
    if verdict.best is not None:
        parts.append(_mark(steps, verdict.best.step, "best", 0))
    if verdict.done_at is not None:
        parts.append(_mark(steps, verdict.done_at, "done", 14))
    return "\n".join([*parts, "</svg>", ""])


def _x(steps: NDArray[np.float64], step: float) -> float:
    return float(MARGIN + (WIDTH - 2 * MARGIN) * step / steps.max())


def _y(value: float, among: NDArray[np.float64]) -> float:
    span = float(among.max() - among.min()) or 1.0
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN - 12) * (value - float(among.min())) / span


def _line(
    steps: NDArray[np.float64], values: NDArray[np.float64], among: NDArray[np.float64], colour: str, width: str
) -> str:
    points = " ".join(
        f"{_x(steps, step):.1f},{_y(value, among):.1f}" for step, value in zip(steps, values, strict=True)
    )
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _dots(steps: NDArray[np.float64], values: NDArray[np.float64]) -> str:
    return "".join(
        f'<circle cx="{_x(steps, step):.1f}" cy="{_y(value, values):.1f}" r="2.5" fill="{DISTANCE}" opacity="0.5"/>'
        for step, value in zip(steps, values, strict=True)
    )


def _axis(steps: NDArray[np.float64]) -> str:
    base = HEIGHT - MARGIN
    line = f'<line x1="{MARGIN}" y1="{base}" x2="{WIDTH - MARGIN}" y2="{base}" stroke="#888"/>'
    numbers = "".join(
        f'<text x="{_x(steps, step):.1f}" y="{base + 18}" text-anchor="middle">{step:,.0f}</text>'
        for step in np.linspace(0, steps.max(), 6)
    )
    return f'{line}{numbers}<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">steps</text>'


def _mark(steps: NDArray[np.float64], step: int, word: str, lower: int) -> str:
    x = _x(steps, step)
    return (
        f'<line x1="{x:.1f}" y1="{MARGIN}" x2="{x:.1f}" y2="{HEIGHT - MARGIN}" stroke="{MARK}" stroke-dasharray="4 3"/>'
        f'<text x="{x + 4:.1f}" y="{MARGIN + 12 + lower}" fill="{MARK}">{word}: {step:,}</text>'
    )
