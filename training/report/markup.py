"""Small pieces of HTML. Everything that is not from this package is escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from training.report.texts import Finding


def section(name: str, title: str, *parts: str) -> str:
    """Return a section with an anchor."""
    body = "\n".join(part for part in parts if part)
    return f'<section id="{escape(name, quote=True)}">\n<h2>{escape(title)}</h2>\n{body}\n</section>'


def heading(text: str) -> str:
    """Return a heading inside a section."""
    return f"<h3>{escape(text)}</h3>"


def paragraph(text: str) -> str:
    """Return a paragraph of plain text."""
    return f"<p>{escape(text)}</p>"


def missing(text: str) -> str:
    """Return a paragraph that says what is not there and how to get it."""
    return f'<p class="missing">{escape(text)}</p>'


def figure(body: str, caption: str) -> str:
    """Return ``body`` (HTML) with a caption (text)."""
    return f'<figure>\n<div class="wide">{body}</div>\n<figcaption>{escape(caption)}</figcaption>\n</figure>'


def quotation(finding: Finding) -> str:
    """Return a finding of the report, in its words and in English."""
    return (
        f'<blockquote><p>{escape(finding.english)}</p><p lang="zh-Hant" class="original">'
        f"{escape(finding.chinese)}</p></blockquote>"
    )


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], classes: str = "") -> str:
    """Return a table; cells are HTML, headings are text, and a row's first cell names it."""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in headings)
    body = "\n".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows
    )
    return f'<table class="{classes}"><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>'


def value(number: float) -> str:
    """Write a number with three digits that count, never as a power of ten where plain digits will do."""
    return f"{float(f'{number:.3g}'):,g}"


def count(number: int) -> str:
    """Write a number with its thousands apart."""
    return f"{number:,}"
