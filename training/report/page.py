"""The page: all sections in one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path

from core import __version__
from training.report.figures import attention_over
from training.report.gallery import attention_section, cam_section, over_steps
from training.report.measures import loss_section, metric_section
from training.report.overview import findings, overview
from training.report.portraits import portrait_section
from training.report.runs import Run, Way

_CONTENTS = (
    ("runs", "The runs"),
    ("findings", "Findings"),
    ("pictures", "Pictures over the steps"),
    ("cam", "CAM 0 against CAM 1000"),
    ("attention", "Attention"),
    ("losses", "Losses"),
    ("metrics", "Measurements"),
    ("portraits", "Portraits"),
)


def build_page(runs: Sequence[Run], portraits: Path | None = None) -> str:
    """Return the HTML of the report on ``runs``. Raises ReportError when the portraits' folder has no pictures."""
    attentions = {(run.name, way): attention_over(run, way) for run in runs for way in Way}
    sections = [
        overview(runs),
        findings(runs, attentions),
        over_steps(runs),
        cam_section(runs, attentions),
        attention_section(runs, attentions),
        loss_section(runs),
        metric_section(runs),
        portrait_section(runs, portraits),
    ]
    title = "Anime style transfer: " + ", ".join(run.name for run in runs)
    style = resources.files("training.report").joinpath("page.css").read_text(encoding="utf-8")
    links = "".join(f'<li><a href="#{name}">{escape(words)}</a></li>' for name, words in _CONTENTS)
    body = "\n".join(sections)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<p>What training runs of Animirror {escape(__version__)} did, beside the student report "Anime Style Transfer" that
they reproduce. Quotations are from that report.</p>
<nav><ul>{links}</ul></nav>
</header>
<main>
{body}
</main>
</body>
</html>
"""
