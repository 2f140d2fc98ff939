"""Brings the translations up to the sources: `python dev.py words`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import PySide6

from resources.translations import sources, ts

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = ("zh_TW",)


def main() -> int:
    """Write the files anew; returns 1 where something is not translated."""
    texts = sources.all_texts(ROOT)
    templates = [text.source for text in texts if text.context == sources.CORE]
    (FOLDER / "sentences.json").write_text(sources.as_json(templates), encoding="utf-8", newline="\n")
    missing = 0
    for language in LANGUAGES:
        path = FOLDER / f"animirror_{language}.ts"
        known = ts.read(path)
        # A text that moved to another class keeps its translation.
        elsewhere = {text.source: words for text, words in known.items() if words}
        translations = {text: known.get(text) or elsewhere.get(text.source, "") for text in texts}
        ts.write(path, texts, translations, language)
        compile_ts(path)
        for text in (text for text in texts if not translations[text]):
            missing += 1
            print(f"{path.name}: {text.context}: {text.source!r} has no translation.")
    print(f"{len(texts)} texts, {missing} without a translation.")
    return 1 if missing else 0


def compile_ts(path: Path) -> None:
    """Make the .qm beside a .ts, with the tool that PySide6-Essentials brings."""
    folder = Path(PySide6.__file__).parent
    tools = [folder / name for name in ("lrelease", "lrelease.exe", "Qt/libexec/lrelease")]
    tool = next((tool for tool in tools if tool.is_file()), None)
    if tool is None:
        raise SystemExit(f"lrelease is missing in {folder}; install PySide6-Essentials again.")
    subprocess.run([str(tool), "-silent", "-removeidentical", str(path)], check=True)


if __name__ == "__main__":
    sys.exit(main())
