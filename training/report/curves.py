"""Line charts as inline SVG, drawn by us: no script, no network, light and dark by the page's own colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from training.report.runs import Series

WIDTH, HEIGHT = 720, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 14, 40
#: More points than this cannot be told apart at that width.
_POINTS = 600
#: Share of a series over which its calm line is averaged.
_CALM = 0.02


@dataclass(frozen=True)
class Line:
    """A series with its name; ``colour`` is one of the page's line colours, 0 to 5.

    calm: draw the running mean over the raw values, which jump about; points: mark every value.
    """

    name: str
    series: Series
    colour: int
    calm: bool = False
    points: bool = False


def chart(
    title: str, lines: Sequence[Line], y_name: str, marks: Sequence[tuple[int, str]] = (), from_zero: bool = False
) -> str:
    """Draw ``lines`` over training steps; ``marks`` are steps with a dashed line and a word. Empty lines are left out.

    The axis of the values begins at 0 where they come near it, and always if ``from_zero``.

    Returns the SVG element, or a paragraph where there is nothing to draw.
    """
    drawn = [_finite(line) for line in lines]
    drawn = [line for line in drawn if len(line.series)]
    if not drawn:
        return '<p class="missing">No values were logged.</p>'
    scale = _Scale.around(drawn, from_zero)
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        f"<title>{escape(title)}</title>",
        *_axes(scale, y_name),
        *(_mark(scale, step, word) for step, word in marks if scale.x_low <= step <= scale.x_high),
        *(part for line in drawn for part in _line(scale, line)),
        "</svg>",
        _legend(drawn),
    ]
    return "\n".join(parts)


@dataclass(frozen=True)
class _Scale:
    x_low: float
    x_high: float
    y_low: float
    y_high: float

    @classmethod
    def around(cls, lines: Sequence[Line], from_zero: bool) -> _Scale:
        steps = np.concatenate([line.series.steps for line in lines]).astype(np.float64)
        # A single spike must not flatten everything else; it is cut off at the top.
        values = np.concatenate([line.series.values for line in lines])
        low, high = np.percentile(values, (0.0, 99.5)) if len(values) > 200 else (values.min(), values.max())
        near_zero = 0 < low < 0.5 * high
        ticks = _ticks(min(float(low), 0.0) if near_zero or from_zero else float(low), float(high))
        x_low, x_high = float(steps.min()), float(steps.max())
        return cls(x_low, x_high if x_high > x_low else x_low + 1, ticks[0], ticks[-1])

    def x(self, step: float) -> float:
        return _LEFT + (step - self.x_low) / (self.x_high - self.x_low) * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (min(max(value, self.y_low), self.y_high) - self.y_low) / (self.y_high - self.y_low)
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _axes(scale: _Scale, y_name: str) -> list[str]:
    bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
    parts = []
    for value in _ticks(scale.y_low, scale.y_high):
        y = scale.y(value)
        parts.append(f'<line class="rule" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_number(value)}</text>')
    for step in _ticks(scale.x_low, scale.x_high):
        if scale.x_low <= step <= scale.x_high:
            x = scale.x(step)
            parts.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{bottom}" y2="{bottom + 4}"/>')
            parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{_number(step)}</text>')
    middle = (_TOP + bottom) / 2
    parts.append(f'<line class="axis" x1="{_LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}"/>')
    parts.append(f'<text x="{(_LEFT + right) / 2:.0f}" y="{HEIGHT - 4}" text-anchor="middle">step</text>')
    parts.append(
        f'<text transform="translate(12 {middle:.0f}) rotate(-90)" text-anchor="middle">{escape(y_name)}</text>'
    )
    return parts


def _line(scale: _Scale, line: Line) -> list[str]:
    colour = f"line{line.colour}"
    parts = []
    if line.calm and len(line.series) > 20:
        parts.append(_path(scale, _thinned(line.series), f"{colour} raw"))
        parts.append(_path(scale, _thinned(_calmed(line.series)), colour))
    else:
        parts.append(_path(scale, _thinned(line.series), colour))
    if line.points or len(line.series) == 1:
        parts += [
            f'<circle class="{colour}" cx="{scale.x(step):.1f}" cy="{scale.y(value):.1f}" r="3">'
            f"<title>step {step}: {value:.4g}</title></circle>"
            for step, value in zip(line.series.steps.tolist(), line.series.values.tolist(), strict=True)
        ]
    return parts


def _path(scale: _Scale, series: Series, classes: str) -> str:
    points = " ".join(
        f"{scale.x(step):.1f},{scale.y(value):.1f}"
        for step, value in zip(series.steps.tolist(), series.values.tolist(), strict=True)
    )
    return f'<polyline class="{classes}" points="{points}"/>'


def _mark(scale: _Scale, step: int, word: str) -> str:
    x = scale.x(step)
    return (
        f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}"/>'
        f'<text x="{x + 4:.1f}" y="{_TOP + 10}">{escape(word)}</text>'
    )


def _legend(lines: Sequence[Line]) -> str:
    entries = "".join(
        f'<li><svg class="key" viewBox="0 0 18 8" aria-hidden="true"><polyline class="line{line.colour}" '
        f'points="0,4 18,4"/></svg> {escape(line.name)}</li>'
        for line in lines
    )
    return f'<ul class="legend">{entries}</ul>'


def _finite(line: Line) -> Line:
    good = np.isfinite(line.series.values)
    series = Series(line.series.steps[good], line.series.values[good])
    return Line(line.name, series, line.colour, line.calm, line.points)


def _calmed(series: Series) -> Series:
    width = max(3, int(len(series) * _CALM) | 1)
    padded = np.pad(series.values, width // 2, mode="edge")
    return Series(series.steps, np.convolve(padded, np.full(width, 1 / width), mode="valid"))


def _thinned(series: Series) -> Series:
    """Keep the least and the greatest value of every stretch, so that jumps stay visible."""
    if len(series) <= _POINTS:
        return series
    kept: list[NDArray[np.int64]] = []
    for stretch in np.array_split(np.arange(len(series)), _POINTS // 2):
        values = series.values[stretch]
        kept.append(np.unique(stretch[[int(values.argmin()), int(values.argmax())]]))
    rows = np.concatenate(kept)
    return Series(series.steps[rows], series.values[rows])


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from at or below ``low`` to at or above ``high``, about five of them."""
    if high <= low:
        high = low + (abs(low) or 1.0)
    rough = (high - low) / 5
    power = 10.0 ** np.floor(np.log10(rough))
    width = next(float(power * factor) for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first, last = int(np.floor(low / width + 1e-9)), int(np.ceil(high / width - 1e-9))
    return [count * width for count in range(first, last + 1)]


def _number(value: float) -> str:
    if abs(value) >= 1000 and float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:.4g}"
