"""Curves, trends, and attention read back from heatmaps."""

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from training.grids import heat_on
from training.metrics.attention import measure_attention
from training.report.curves import Line, chart
from training.report.figures import shown_steps, trend
from training.report.heat import attention_of
from training.report.pictures import read_grid
from training.report.runs import Series

from .conftest import FACES, MakeRun, attention_map


def series(values: list[float]) -> Series:
    return Series(np.arange(1, len(values) + 1), np.array(values))


def svg_of(*lines: Line, **settings: bool) -> ET.Element:
    return ET.fromstring(chart("a <title>", lines, "y & y", **settings).partition("<ul")[0])  # type: ignore[arg-type]


def points_of(svg: ET.Element, which: int = 0) -> list[tuple[float, float]]:
    found = svg.findall("polyline")[which].attrib["points"].split()
    return [(float(x), float(y)) for x, y in (point.split(",") for point in found)]


def test_a_falling_series_falls_on_the_chart() -> None:
    points = points_of(svg_of(Line("a", series([4.0, 3.0, 2.0, 1.0]), 0)))
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    # Down is where y grows.
    assert [y for _, y in points] == sorted(y for _, y in points)


@pytest.mark.parametrize("values", [[5.0], [2.0, 2.0], [0.0, 0.0], [1e-9, 2e-9], [-3.0, 1e6], [float("nan"), 1.0]])
def test_every_series_gives_a_valid_picture_inside_its_frame(values: list[float]) -> None:
    svg = svg_of(Line("a", series(values), 0, points=True))
    _, _, width, height = (float(one) for one in svg.attrib["viewBox"].split())
    for x, y in points_of(svg):
        assert 0 <= x <= width
        assert 0 <= y <= height


def test_nothing_to_draw_is_said() -> None:
    assert "No values were logged" in chart("t", [Line("a", series([]), 0)], "y")
    assert "No values were logged" in chart("t", [Line("a", series([float("inf")]), 0)], "y")


def test_a_long_series_is_thinned_but_keeps_its_jumps() -> None:
    values = np.ones(50_000)
    values[30_001] = 9.0
    values[30_777] = -5.0
    points = points_of(svg_of(Line("a", series(values.tolist()), 0)))
    assert len(points) < 1300
    heights = [y for _, y in points]
    middle = sorted(heights)[len(heights) // 2]
    assert min(heights) <= middle <= max(heights)
    assert max(heights) > middle or min(heights) < middle


def test_the_calm_line_lies_between_the_jumps() -> None:
    values = [1.0 if number % 2 else 3.0 for number in range(400)]
    svg = svg_of(Line("a", series(values), 0, calm=True))
    raw, calm = points_of(svg, 0), points_of(svg, 1)
    spread = [max(y for _, y in line) - min(y for _, y in line) for line in (raw, calm[20:-20])]
    assert spread[1] < 0.3 * spread[0]


def test_zero_can_be_asked_for() -> None:
    high = series([10.0, 10.5])
    labels = [text.text for text in svg_of(Line("a", high, 0), from_zero=True).findall("text")]
    assert "0" in labels
    assert "0" not in [text.text for text in svg_of(Line("a", high, 0)).findall("text")]


def test_a_trend_tells_falling_from_jumping() -> None:
    falling = trend(series(np.linspace(10, 1, 200).tolist()))
    assert falling is not None
    assert falling.first > 9 > 2 > falling.last
    assert falling.jump < 0.05
    jumping = trend(series([1.0, 3.0] * 100))
    assert jumping is not None
    assert jumping.jump == pytest.approx(1.0)
    assert trend(series([1.0, 2.0, 3.0])) is None


def test_the_reports_steps_are_shown_first_then_the_ends() -> None:
    steps = list(range(500, 25_500, 500))
    shown = shown_steps(steps, (1000, 3000, 7000), 6)
    assert {500, 25_000, 1000, 3000, 7000} <= set(shown)
    assert len(shown) == 6
    assert shown == sorted(shown)
    assert shown_steps([1, 2, 3], (2,), 5) == [1, 2, 3]


@pytest.mark.parametrize("spread", [0.01, 0.05, 0.3, 2.0])
def test_attention_is_read_back_from_a_grids_heatmaps(make_run: MakeRun, spread: float) -> None:
    path = make_run("run", grids={40: spread}) / "grids" / "A2B-000040.jpg"
    grid = read_grid(path)
    assert grid is not None
    assert grid.columns == FACES
    found, true = attention_of(grid), measure_attention(attention_map(spread))
    assert found.share == pytest.approx(true.share, abs=0.03)
    assert found.spread == pytest.approx(true.spread, abs=0.06)


def test_a_flat_heatmap_is_read_as_no_preference(tmp_path: Path, make_run: MakeRun) -> None:
    picture = np.full((64, 64, 3), 120, dtype=np.uint8)
    flat = heat_on(picture, np.zeros((16, 16), dtype=np.float32))
    column = np.concatenate((picture, flat, picture, picture))
    from core.saving import save_picture

    save_picture(tmp_path / "A2B-000001.jpg", column, quality=92)
    grid = read_grid(tmp_path / "A2B-000001.jpg")
    assert grid is not None
    assert attention_of(grid).spread == pytest.approx(1.0, abs=0.15)
