"""The beginning of the page: which runs these are, and what they say about each of the report's findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from training.metrics.attention import FACE_AREA, Attention
from training.report import markup
from training.report.figures import trend
from training.report.runs import Run, Way
from training.report.texts import FINDINGS, REPORT_STEPS, Finding

Attentions = Mapping[tuple[str, Way], Mapping[int, Attention]]


def overview(runs: Sequence[Run]) -> str:
    """Tell what each run is and how far it got."""
    rows = [
        [
            escape(run.name),
            f"{markup.count(run.step)}{_planned(run)}",
            f"{run.step / REPORT_STEPS:.1%}",
            f"{run.seconds / 3600:.2f}",
            _known(run.cam),
            _known(run.recipe.get("batch")),
            _known(run.recipe.get("data", {}).get("size")),
            _known(run.recipe.get("networks", {}).get("generator")),
            _known(run.recipe.get("networks", {}).get("discriminator")),
            _known(run.recipe.get("seed")),
        ]
        for run in runs
    ]
    headings = (
        "run", "steps (planned)", f"of the report's {markup.count(REPORT_STEPS)}", "hours", "CAM weight", "batch",
        "pixels", "generator", "discriminator", "seed",
    )  # fmt: skip
    return markup.section(
        "runs",
        "The runs",
        markup.paragraph(
            "A run trains two generators against each other: A2B draws anime from photos, B2A makes photos from anime. "
            "A step is one update of all networks; the report calls it an epoch."
        ),
        markup.figure(markup.table(headings, rows), "What was trained, and how far."),
        _early(runs),
    )


def findings(runs: Sequence[Run], attentions: Attentions) -> str:
    """Put the report's findings beside what these runs show."""
    answers = {
        "generator": [_generator(run) for run in runs],
        "discriminator": [_discriminator(run) for run in runs],
        "attention": [_moves(run, attentions.get((run.name, Way.A2B), {})) for run in runs],
        "cam_spot": [_spot(runs, attentions)],
        "cam_worse": ["A matter for the eye: see the pictures side by side, and KID where it was measured."],
        "enough": [_reached(run) for run in runs],
        "portraits": ["A matter for the eye: see the portraits."],
    }
    rows = [[_quoted(finding), "<br>".join(escape(one) for one in answers[finding.key] if one)] for finding in FINDINGS]
    return markup.section(
        "findings",
        "The report's findings and ours",
        markup.figure(
            markup.table(("the report found", "these runs show"), rows, "findings"),
            "Left: the student report, translated, with its own words below. Right: what was measured here. Numbers "
            "from few steps or few pictures are hints, not proofs.",
        ),
    )


def _quoted(finding: Finding) -> str:
    return f'{escape(finding.english)}<br><span lang="zh-Hant" class="original">{escape(finding.chinese)}</span>'


def _planned(run: Run) -> str:
    steps = run.recipe.get("steps")
    return f" ({markup.count(int(steps))})" if isinstance(steps, int) else ""


def _known(value: object) -> str:
    if value is None:
        return "not known"
    return escape(f"{value:g}" if isinstance(value, float) else str(value))


def _early(runs: Sequence[Run]) -> str:
    early = [f"{run.name} (step {markup.count(run.step)})" for run in runs if run.step < REPORT_STEPS]
    if not early:
        return ""
    return markup.missing(
        f"The report shows its results after {markup.count(REPORT_STEPS)} steps. Short of that: {', '.join(early)}. "
        "What is seen here is an earlier state, and neither confirms nor refutes what the report saw later."
    )


def _generator(run: Run) -> str:
    found = trend(run.losses["g"]) if "g" in run.losses else None
    if found is None:
        return f"{run.name}: too few steps to tell."
    moved = "fell" if found.last < found.first else "did not fall"
    return (
        f"{run.name}: {moved}, from {markup.value(found.first)} to {markup.value(found.last)} over "
        f"{markup.count(run.step)} steps."
    )


def _discriminator(run: Run) -> str:
    found = trend(run.losses["d"]) if "d" in run.losses else None
    if found is None:
        return f"{run.name}: too few steps to tell."
    return (
        f"{run.name}: changes by {found.jump:.0%} of its size from step to step, and went from "
        f"{markup.value(found.first)} to {markup.value(found.last)}."
    )


def _moves(run: Run, attention: Mapping[int, Attention]) -> str:
    if len(attention) < 2:
        return f"{run.name}: fewer than two grids, so no movement can be seen."
    first, last = min(attention), max(attention)
    return (
        f"{run.name}, A2B: {attention[first].share:.0%} of attention inside the face at step {markup.count(first)}, "
        f"{attention[last].share:.0%} at step {markup.count(last)} ({FACE_AREA:.0%} would be no preference)."
    )


def _spot(runs: Sequence[Run], attentions: Attentions) -> str:
    told = []
    for run in runs:
        attention = attentions.get((run.name, Way.B2A), {})
        if attention and run.cam is not None:
            step = max(attention)
            told.append(
                f"CAM {run.cam:g} ({run.name}, step {markup.count(step)}): B2A attention is spread over "
                f"{attention[step].spread:.0%} of the picture"
            )
    return "; ".join(told) + "." if told else "No grids of B2A to measure."


def _reached(run: Run) -> str:
    return f"{run.name} reached step {markup.count(run.step)}."
