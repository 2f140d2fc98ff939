"""The self-test tells right from wrong, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core import paths, selftest
from core.catalogue import load_catalogue
from desktop.main import main
from tests.support.models import tiny_model


def test_everything_works_here_and_the_report_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--self-test", "--json"]) == 0
    text = capsys.readouterr().out
    told = json.loads(text)
    assert told["passed"] is True
    assert [step["name"] for step in told["steps"]] == list(selftest.STEPS)
    assert told["provider"].endswith("ExecutionProvider")
    assert {"animirror", "python", "system", "numpy"} <= told["versions"].keys()
    assert str(Path.home()) not in text


def test_the_default_model_has_something_to_be_compared_with() -> None:
    model = load_catalogue([paths.resources() / "models"]).get()
    known = json.loads((paths.resources() / selftest.EXPECTATIONS).read_text(encoding="utf-8"))["models"]
    message = "run `python -m core.selftest` after a change of models, and look at what the models draw"
    assert known.get(model.manifest.id, {}).get("sha256") == model.manifest.sha256, message


def _expectations(tmp_path: Path, model_id: str, sha256: str, pixels: int, landmarks_off: float = 0.0) -> Path:
    known = json.loads((paths.resources() / selftest.EXPECTATIONS).read_text(encoding="utf-8"))
    means = np.full((8, 8, 3), pixels).tolist()
    known["landmarks"] = (np.array(known["landmarks"]) + landmarks_off).tolist()
    known["models"] = {model_id: {"sha256": sha256, "style": means, "compose": means}}
    path = tmp_path / "expected.json"
    path.write_text(json.dumps(known), encoding="utf-8")
    return path


def test_a_wrong_picture_and_a_wrong_face_are_noticed(tmp_path: Path) -> None:
    model = tiny_model(tmp_path, "negative")
    expected = _expectations(tmp_path, "negative", model.manifest.sha256, pixels=3, landmarks_off=50.0)
    test = selftest.run(model, expected)
    outcomes = {step.name: step.passed for step in test.steps}
    assert outcomes == {"read": True, "detect": False, "style": False, "compose": False}
    assert not test.passed
    assert "WRONG" in selftest.as_text(test)


def test_a_model_that_should_be_here_is_missed(tmp_path: Path) -> None:
    known = json.loads((paths.resources() / selftest.EXPECTATIONS).read_text(encoding="utf-8"))
    known["models"]["gone"] = {"sha256": "", "style": [], "compose": []}
    expected = tmp_path / "expected.json"
    expected.write_text(json.dumps(known), encoding="utf-8")
    test = selftest.run(None, expected)
    assert not test.passed
    assert "missing: gone" in test.steps[0].sentence


def test_a_model_without_expectations_is_drawn_and_not_judged(tmp_path: Path) -> None:
    model = tiny_model(tmp_path, "negative")
    test = selftest.run(model)
    assert [step.passed for step in test.steps] == [True, True, None, None]
    assert test.passed


def test_a_flat_picture_is_wrong_even_without_expectations(tmp_path: Path) -> None:
    model = tiny_model(tmp_path, "grey", gain=0.0)
    style = selftest.run(model).steps[2]
    assert style.passed is False
    assert "flat" in style.sentence


def test_a_damaged_model_ends_it_with_the_reason(tmp_path: Path) -> None:
    model = tiny_model(tmp_path, "broken")
    model.path.write_bytes(b"no model")
    test = selftest.run(model)
    assert [step.passed for step in test.steps] == [True, True, False]
    assert "SHA-256" in test.steps[-1].sentence
    assert not test.passed
