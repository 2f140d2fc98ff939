"""Finds the texts in the sources: what the window says, and the sentences of core that it passes on."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CORE = "core"
"""The context of the sentences that are written in plain English and translated where they are shown."""

_TOLD_ELSEWHERE = ("core/cli/", "core/doctor.py", "core/selftest.py", "core/logs.py", "core/peak.py", "core/privacy.py")
"""What only a terminal or a bug report shows, which are in English."""

_NOT_SHOWN = (
    "desktop/stylesheet.py",
    "desktop/theme.py",
    "desktop/display.py",
    "desktop/main.py",
    "desktop/dialogs/defect.py",
)
_OF_THE_SYSTEM = (
    *("Permission denied", "No space left on device", "Input/output error", "No such file or directory"),
    *("Read-only file system", "Device or resource busy", "File name too long", "Is a directory"),
)
"""What systems say of files, which core puts into its sentences as it is."""

_UNSEEN_CALLS = frozenset(
    ("Field", "field", "ValueError", "TypeError", "RuntimeError", "note", "debug", "print", "add_argument")
) | {"tr", "translate"}
_WORD = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True, order=True)
class Text:
    """A text in its context. several: it differs for one and for many, and holds ``%n``."""

    context: str
    source: str
    several: bool = False


def all_texts(root: Path) -> list[Text]:
    """Return every text of the sources below ``root``, each once, ordered."""
    texts = {text for path in _modules(root, "desktop") for text in texts_of(path.read_text(encoding="utf-8"))}
    return sorted(texts | {Text(CORE, template) for template in core_templates(root)})


def core_templates(root: Path) -> list[str]:
    """Return the sentences that are passed on, with ``{0}``, ``{1}`` and so on for what is filled in."""
    found = set(_OF_THE_SYSTEM)
    for path in (*_modules(root, "core"), *_modules(root, "desktop")):
        if not path.relative_to(root).as_posix().startswith((*_TOLD_ELSEWHERE, *_NOT_SHOWN)):
            found.update(templates_of(path.read_text(encoding="utf-8")))
    for path in sorted((root / "resources" / "models").glob("*/manifest.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        found.update((manifest["style"], manifest["licence"]))
    return sorted(found)


def texts_of(source: str) -> Iterator[Text]:
    """Return the texts that a module of the window translates. Raises ValueError for one that cannot be found out."""
    tree = ast.parse(source)
    for context, call in _calls(tree, ""):
        name = _name(call)
        if name == "tr":
            yield Text(context, _literal(call.args[0]), several=len(call.args) > 2)
        elif name == "translate":
            yield Text(_literal(call.args[0]), _literal(call.args[1]), several=len(call.args) > 3)


def templates_of(source: str) -> Iterator[str]:
    """Return the sentences, and parts of sentences, that a module writes in plain English."""
    tree = ast.parse(source)
    passed_over = {id(node) for node in _unseen(tree)}
    for node in ast.walk(tree):
        if id(node) in passed_over:
            continue
        template = (_template(node) or "").strip()
        if _is_told(template):
            yield template


def _modules(root: Path, package: str) -> list[Path]:
    return sorted((root / package).rglob("*.py"))


def _calls(node: ast.AST, context: str) -> Iterator[tuple[str, ast.Call]]:
    """Return the calls below ``node`` with the name of the class around each."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield context, child
        yield from _calls(child, child.name if isinstance(child, ast.ClassDef) else context)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _literal(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ValueError(f"Line {node.lineno}: only a text in quotes can be translated, not {ast.unparse(node)}.")


def _unseen(tree: ast.AST) -> Iterator[ast.AST]:
    """Return the nodes whose texts no user sees, or that are parts of other texts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value  # a docstring
        elif isinstance(node, ast.JoinedStr):
            yield from (part for part in node.values if isinstance(part, ast.Constant))
            yield from (part.format_spec for part in node.values if isinstance(part, ast.FormattedValue))  # type: ignore[misc]
        elif isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and _name(node) in _UNSEEN_CALLS):
            yield from ast.walk(node)


def _template(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _numbered(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
        return _numbered("".join(map(str, parts)))
    return None


def _numbered(text: str) -> str:
    """Number the places to fill in: ``{}`` becomes ``{0}``, the next one ``{1}``."""
    pieces = text.split("{}")
    return pieces[0] + "".join(f"{{{place}}}{piece}" for place, piece in enumerate(pieces[1:]))


def _is_told(template: str) -> bool:
    words = _WORD.findall(re.sub(r"\{\d+\}", " ", template))
    fewest = 2 if "{0}" in template else 3
    plain = len(words) >= fewest and template.count(" ") >= fewest - 1
    return plain and not template.startswith(("http", "^", "<"))


def placeholders(text: str) -> list[str]:
    """Return what is filled into a text, ordered: ``{0}``, ``%n`` and the like."""
    return sorted(re.findall(r"\{\w*\}|%n", text))


def as_json(templates: Iterable[str]) -> str:
    """Return the file that the window reads the sentences from."""
    return json.dumps(list(templates), ensure_ascii=False, indent=1) + "\n"
