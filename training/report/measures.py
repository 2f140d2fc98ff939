"""The curves: losses of every step, and what was measured now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from training.evaluate import Conditions, Evaluation
from training.metrics.attention import FACE_AREA
from training.metrics.fidelity import KID_SCALE, Distances
from training.report import markup
from training.report.curves import Line, chart
from training.report.figures import evaluated, trend
from training.report.runs import Run
from training.report.texts import finding

#: Parts of the generators' loss, as logged, in words.
_PARTS = {
    "g_adversarial": "adversarial",
    "g_cycle": "cycle",
    "g_identity": "identity",
    "g_cam": "CAM",
    "g_colour": "colour",
    "g_arcface": "likeness",
}


def loss_section(runs: Sequence[Run]) -> str:
    """Draw the losses of generators and discriminators."""
    parts = [markup.quotation(finding("generator")), markup.quotation(finding("discriminator"))]
    parts.append(
        markup.paragraph(
            "The pale line is the loss of every step, the strong one its running mean. The generators' loss is the sum "
            "of its parts, each times its weight, so runs with other weights are on other scales: compare a run with "
            "itself. A discriminator's loss that neither falls nor rises means that neither side wins."
        )
    )
    for run in runs:
        parts.append(markup.heading(run.name))
        for name, words in (("g", "generators"), ("d", "discriminators")):
            parts.append(_loss(run, name, words))
        lines = [
            Line(words, run.losses[name], number, calm=True)
            for number, (name, words) in enumerate(_PARTS.items())
            if name in run.losses
        ]
        if lines:
            parts.append(
                markup.figure(
                    chart(f"{run.name}: parts of the generators' loss", lines, "loss before its weight"),
                    "The parts of the generators' loss, before they are weighted.",
                )
            )
    return markup.section("losses", "Losses", *parts)


def metric_section(runs: Sequence[Run]) -> str:
    """Draw and list everything that was measured."""
    parts = [
        markup.paragraph(
            "KID says how far the drawings, as a set, are from real anime: smaller is better, 0 is no difference. "
            "Figures of different feature networks are on different scales and must never be compared."
        )
    ]
    kid = [Line(run.name, run.kid, number % 6, points=True) for number, run in enumerate(runs)]
    if any(len(line.series) for line in kid):
        marks = [(_best(run), "best") for run in runs if len(run.kid)] if len(runs) == 1 else []
        parts.append(
            markup.figure(
                chart("distance during training", kid, "KID of the stop rule", marks),
                "The distance that the stop rule watches: KID on features of EfficientNet-Lite0, measured on a few "
                "held-out pictures while training. Only its shape over the steps means something.",
            )
        )
    groups = list(dict.fromkeys(one.conditions for run in runs for one in run.evaluations))
    if len(groups) > 1:
        parts.append(
            markup.missing(
                f"Checkpoints were evaluated in {len(groups)} ways. Each way has curves and tables of its own, since "
                "figures of one must not be compared with those of another; to have them comparable, run python -m "
                "training evaluate with equal options for all."
            )
        )
    for conditions in groups:
        parts += [*_curves(runs, conditions), *(_evaluations(run, conditions) for run in runs)]
    parts += (
        []
        if groups
        else [
            markup.missing(
                "No checkpoint was evaluated: python -m training evaluate RUN adds KID, FID, LPIPS and likeness here."
            )
        ]
    )
    return markup.section("metrics", "Measurements", *parts)


_CURVES: tuple[tuple[Callable[[Evaluation], float | None], str, str], ...] = (
    (lambda one: one.a2b.distances.kid, "KID of A2B drawings", "KID (Inception)"),
    (lambda one: one.b2a.distances.kid if one.b2a else None, "KID of B2A drawings", "KID (Inception)"),
    (lambda one: one.a2b.cycle, "Way there and back, A2B", "LPIPS"),
    (lambda one: one.a2b.attention.share, "A2B attention inside the face", "share"),
    (lambda one: one.identity, "Likeness of photo and drawing", "ArcFace cosine"),
)


def _loss(run: Run, name: str, words: str) -> str:
    if name not in run.losses:
        return markup.missing(f"The log has no loss of the {words}.")
    found = trend(run.losses[name])
    told = f" It went from {markup.value(found.first)} to {markup.value(found.last)}." if found else ""
    line = Line(words, run.losses[name], 0 if name == "g" else 1, calm=True)
    return markup.figure(
        chart(f"{run.name}: loss of the {words}", [line], f"loss of the {words}"), f"Loss of the {words}.{told}"
    )


def _best(run: Run) -> int:
    return int(run.kid.steps[int(run.kid.values.argmin())])


def _curves(runs: Sequence[Run], conditions: Conditions) -> Iterator[str]:
    for value, title, y_name in _CURVES:
        lines = [
            Line(run.name, evaluated(run, value, conditions), number % 6, points=True)
            for number, run in enumerate(runs)
        ]
        if any(len(line.series) > 1 for line in lines):
            yield markup.figure(
                chart(title, lines, y_name), f"{title}, from python -m training evaluate ({conditions})."
            )


def _evaluations(run: Run, conditions: Conditions) -> str:
    alike = [one for one in run.evaluations if one.conditions == conditions]
    if not alike:
        return ""
    rows = [row for one in alike for row in _rows(one)]
    headings = ("step", "way", "KID x 100", "FID", "LPIPS there and back", "attention in the face", "spread")
    return markup.heading(f"{run.name}: evaluations") + markup.figure(markup.table(headings, rows), _caption(alike[-1]))


def _rows(one: Evaluation) -> list[list[str]]:
    step = markup.count(one.step)
    rows = [[step, "untouched pictures", *_distances(one.untouched), "", f"{FACE_AREA:.0%} is chance", ""]]
    for name, way in (("A2B", one.a2b), ("B2A", one.b2a)):
        if way is not None:
            cycle = "" if way.cycle is None else f"{way.cycle:.3f}"
            share, spread = f"{way.attention.share:.0%}", f"{way.attention.spread:.0%}"
            rows.append([step, name, *_distances(way.distances), cycle, share, spread])
    return rows


def _distances(found: Distances) -> list[str]:
    return [
        f"{found.kid * KID_SCALE:.2f} \N{PLUS-MINUS SIGN} {found.kid_deviation * KID_SCALE:.2f}",
        f"{found.fid:.1f}",
    ]


def _caption(one: Evaluation) -> str:
    strangers = f", of strangers {one.strangers:.3f}" if one.strangers is not None else ""
    return (
        f"Measured with {one.conditions}. Untouched: photos against anime as they are, which is where the drawings "
        f"begin. At step {markup.count(one.step)}: ArcFace cosine of photo and drawing {one.identity:.3f}{strangers}; "
        f"a drawing takes {one.milliseconds:.0f} ms ({one.device})."
    )
