"""``animirror models`` as a person or a script meets it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core import paths
from core.cli import main
from tests.conftest import ROOT
from tests.support.foreign import painter
from tests.support.models import tiny_model


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with one small model, and a user without models."""
    root = tmp_path / "installation"
    shutil.copytree(paths.resources() / "samples", root / "samples", ignore=shutil.ignore_patterns("*.py"))
    tiny_model(root / "models", "ours", name={"en": "Ours", "zh_TW": "我們的"})
    monkeypatch.setattr(paths, "resources", lambda: root)
    monkeypatch.setattr(paths, "user_models", lambda: tmp_path / "own" / "models")
    return root


def test_a_model_is_added_shown_used_and_removed(
    tmp_path: Path, portrait_photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = painter(tmp_path / "painter.onnx")
    assert main(["models", "add", str(file), "--name", "Painter", "--name-zh", "畫家", "--licence", "CC0"]) == 0
    told = capsys.readouterr().out
    assert 'Added Painter as "painter" (licence: CC0)' in told
    assert "RGB -1..1, NHWC" in told
    assert main(["models"]) == 0
    assert "painter: Painter (added by you; full, A2B, added)" in capsys.readouterr().out
    assert main(["models", "show", "painter", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["name"] == {"en": "Painter", "zh_TW": "畫家"}
    assert Path(facts["sample"]).is_file()
    out = tmp_path / "out"
    assert main(["convert", str(portrait_photo), "--model", "painter", "--out", str(out)]) == 0
    assert len(list(out.iterdir())) == 1
    assert main(["models", "remove", "painter"]) == 0
    assert main(["models", "show", "painter"]) == 1
    assert "installed: ours" in capsys.readouterr().err


def test_everything_about_a_model_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "show", "ours"]) == 0
    told = capsys.readouterr().out
    for part in ("我們的", "public domain", "SHA-256", "256 x 256", "RGB -1..1, NCHW", "attention"):
        assert part in told


def test_refusals_are_sentences_and_shipped_models_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "letter.onnx").write_text("Dear reader")
    assert main(["models", "add", str(tmp_path / "letter.onnx")]) == 1
    assert '"letter.onnx" was not added, because it is damaged' in capsys.readouterr().err
    assert main(["models", "remove", "ours"]) == 1
    assert "belongs to Animirror" in capsys.readouterr().err


def test_the_program_itself_starts_the_child(tmp_path: Path) -> None:
    """From the real entry point in a process of its own, as a shell starts it."""
    code = (
        "import sys; from pathlib import Path; from core import paths\n"
        f"paths.user_models = lambda: Path({str(tmp_path / 'user' / 'models')!r})\n"
        "from desktop.main import main\n"
        "if __name__ == '__main__': sys.exit(main(sys.argv[1:]))\n"
    )
    script = tmp_path / "animirror.py"
    script.write_text(code)
    command = [sys.executable, str(script), "models", "add", str(painter(tmp_path / "m.onnx", side=64)), "--json"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["size"] == 64
