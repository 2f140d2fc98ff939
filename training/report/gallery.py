"""The picture tables: what the generators make of the same held-out pictures as training goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from training.metrics.attention import FACE_AREA, Attention
from training.recipe import REPORT_MILESTONES
from training.report import markup
from training.report.curves import Line, chart
from training.report.figures import series_of, shown_steps
from training.report.overview import Attentions
from training.report.pictures import Grid, image, read_grid
from training.report.runs import Run, Way
from training.report.texts import CAM_STEPS, finding

#: Steps shown in one table.
MOST_STEPS = 16
#: Faces of a grid in a table, and beside another run's.
FACES, FACES_BESIDE = 8, 4

_WHAT = {Way.A2B: "photos to anime", Way.B2A: "anime to photos"}


def over_steps(runs: Sequence[Run]) -> str:
    """Show A2B and B2A over the steps, a table a run and direction."""
    parts = [
        markup.quotation(finding("enough")),
        markup.paragraph(
            "Every column is one picture, every row a step. Read a column downwards to see one drawing develop."
        ),
    ]
    for run in runs:
        if not run.recipe:
            parts.append(
                markup.missing(
                    f"The recipe of {run.name} is not known (its last checkpoint is missing), so neither is whether "
                    "these pictures were also trained on."
                )
            )
        elif not _held_out(run):
            parts.append(
                markup.missing(f"The recipe of {run.name} names no held-out pictures: these were also trained on.")
            )
        for way in Way:
            parts += [markup.heading(f"{run.name}: {way} ({_WHAT[way]})"), _table(run, way)]
    return markup.section("pictures", "Pictures over the steps", *parts)


def attention_section(runs: Sequence[Run], attentions: Attentions) -> str:
    """Show where attention lies over the steps, in pictures and as curves."""
    parts = [
        markup.quotation(finding("attention")),
        markup.paragraph(
            "Red is where the generator's attention map is strongest, blue where it is weakest, each map by its own "
            f"range. The share inside the face counts an ellipse from forehead to chin, {FACE_AREA:.0%} of the "
            "picture, which is also what an attention without preference would reach. The spread is the share of the "
            "picture that carries the attention: small means one spot. Both are read back from the heatmaps shown, so "
            "the share is good to about three percent points and the spread to six."
        ),
    ]
    for way in Way:
        known = [(run, attentions.get((run.name, way), {})) for run in runs]
        parts.append(markup.heading(f"{way} ({_WHAT[way]})"))
        for field, name in (("share", "share inside the face"), ("spread", "spread")):
            lines = [
                Line(run.name, series_of(found, field), number % 6, points=True)
                for number, (run, found) in enumerate(known)
            ]
            parts.append(
                markup.figure(
                    chart(f"{way}: attention, {name}", lines, name, from_zero=True),
                    f"{way}: {name} as training goes on, the mean of each grid's pictures.",
                )
            )
        parts += [_attention_table(run, way, found) for run, found in known]
    return markup.section("attention", "Where the attention is", *parts)


def cam_section(runs: Sequence[Run], attentions: Attentions) -> str:
    """Show a run without the attention loss beside one with it, at equal steps."""
    parts = [markup.quotation(finding("cam_spot")), markup.quotation(finding("cam_worse"))]
    without = [run for run in runs if run.cam == 0]
    with_cam = [run for run in runs if run.cam]
    if not without or not with_cam:
        parts.append(
            markup.missing(
                "This comparison needs a run with CAM 0 and one with CAM 1000: make them with python -m training "
                "ablate, and name both folders."
            )
        )
        return markup.section("cam", "CAM 0 against CAM 1000", *parts)
    for left in without:
        for right in with_cam:
            parts += [_unequal(left, right), *(_beside(left, right, way, attentions) for way in Way)]
    return markup.section("cam", "CAM 0 against CAM 1000", *parts)


def _table(run: Run, way: Way) -> str:
    steps = shown_steps(run.grid_steps(way), REPORT_MILESTONES, MOST_STEPS)
    grids = [(step, grid) for step in steps if (grid := read_grid(run.grids[way, step], FACES)) is not None]
    if not grids:
        return markup.missing("This run has drawn no grids yet; they are drawn at the steps of output.grid_at.")
    rows = [["input", image(grids[0][1].input, f"{way} inputs")]]
    rows += [
        [f"step {markup.count(step)}", image(grid.drawing, f"{way} drawings after {step} steps")]
        for step, grid in grids
    ]
    rows.append(["and back", image(grids[-1][1].returned, f"the inputs again, made from the drawings of {steps[-1]}")])
    return markup.figure(
        markup.table(("", "the same pictures at every step"), rows, "strips"),
        f"{way}: inputs, what the generator makes of them at each step, and at the last step the way back by the "
        "other generator.",
    )


def _held_out(run: Run) -> bool:
    data = run.recipe.get("data", {})
    return bool(data.get("folder") or (data.get("a_test") and data.get("b_test")))


def _attention_table(run: Run, way: Way, attention: Mapping[int, Attention]) -> str:
    steps = shown_steps(sorted(attention), REPORT_MILESTONES, MOST_STEPS // 2)
    grids = [(step, grid) for step in steps if (grid := read_grid(run.grids[way, step], FACES)) is not None]
    if not grids:
        return ""
    rows = [
        [
            f"step {markup.count(step)}<br>{attention[step].share:.0%} in the face<br>"
            f"spread {attention[step].spread:.0%}",
            image(grid.attention, f"{way} attention after {step} steps"),
        ]
        for step, grid in grids
    ]
    return markup.figure(markup.table(("", "attention"), rows, "strips"), f"{run.name}, {way}: attention.")


def _unequal(left: Run, right: Run) -> str:
    """Name every setting but CAM that differs, since then the pair does not show CAM alone."""
    different = sorted(set(_differences(left.recipe, right.recipe)) - {"losses.cam"})
    if not different:
        return ""
    return markup.missing(
        f"{left.name} and {right.name} differ in more than CAM ({', '.join(different)}): what is seen may be due to it."
    )


def _differences(one: Mapping[str, object], other: Mapping[str, object], start: str = "") -> list[str]:
    found = []
    for key in one.keys() | other.keys():
        before, after = one.get(key), other.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            found += _differences(before, after, f"{start}{key}.")
        elif before != after:
            found.append(f"{start}{key}")
    return found


def _beside(left: Run, right: Run, way: Way, attentions: Attentions) -> str:
    common = sorted(set(left.grid_steps(way)) & set(right.grid_steps(way)))
    if not common:
        return markup.missing(f"{way}: the two runs have no grid of the same step.")
    rows = []
    for step in shown_steps(common, CAM_STEPS, 5):
        cells = []
        for run in (left, right):
            grid = read_grid(run.grids[way, step], FACES_BESIDE)
            cells.append(_pair(run, way, step, grid, attentions))
        rows.append([f"step {markup.count(step)}", *cells])
    headings = ("", f"CAM {left.cam:g} ({left.name})", f"CAM {right.cam:g} ({right.name})")
    return markup.heading(f"{way} ({_WHAT[way]})") + markup.figure(
        markup.table(headings, rows, "strips"),
        f"{way} at equal steps: drawings above, attention below. Same pictures, same seed unless noted.",
    )


def _pair(run: Run, way: Way, step: int, grid: Grid | None, attentions: Attentions) -> str:
    if grid is None:
        return "cannot be read"
    found = attentions.get((run.name, way), {}).get(step)
    told = f"<p>{found.share:.0%} of attention in the face, spread {found.spread:.0%}</p>" if found else ""
    return (
        image(grid.drawing, f"{way}, {run.name}, step {step}: drawings")
        + image(grid.attention, f"{way}, {run.name}, step {step}: attention")
        + told
    )
