"""The window's choices on the command line."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from core import background_packs
from core.catalogue import load_catalogue
from core.cli import main
from core.images import load_picture
from tests.support.models import tiny_model


@pytest.fixture(autouse=True)
def negative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One model, which gives the negative of its crop."""
    tiny_model(tmp_path / "models", "negative")
    monkeypatch.setattr("core.cli.convert.load_catalogue", partial(load_catalogue, [tmp_path / "models"]))


def _convert(source: Path, out: Path, *options: str) -> np.ndarray:
    assert main(["convert", str(source), "--out", str(out), *options]) == 0
    (result,) = out.iterdir()
    return load_picture(result).pixels


def test_strength_and_faces_left_out(group_photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    original = load_picture(group_photo).pixels
    out = tmp_path / "half"
    half = _convert(group_photo, out, "--view", "frame", "--intensity", "0.5", "--leave-out", "1,6", "--json")
    faces = json.loads(capsys.readouterr().out)["faces"]
    for number, face in enumerate(faces, 1):
        left, top, right, bottom = face["box"]
        x, y = round((left + right) / 2), round((top + bottom) / 2)
        if number in {1, 6}:
            assert (half[y, x] == original[y, x]).all()
        else:
            assert np.abs(half[y, x].astype(int) - 127).max() < 12


def test_a_crop_and_the_original_beside_it(portrait_photo: Path, tmp_path: Path) -> None:
    both = _convert(portrait_photo, tmp_path / "both", "--crop", "300,200,256", "--side-by-side")
    assert both.shape == (256, 512, 3)
    np.testing.assert_allclose(both[:, 256:], 255 - both[:, :256].astype(int), atol=2)


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--crop", "1,2", "is not a crop"),
        ("--intensity", "1.5", "not between 0 and 1"),
        ("--leave-out", "0", "not numbers of faces"),
        ("--background", "green", "invalid Background value"),
    ],
)
def test_a_choice_that_makes_no_sense_is_told(
    portrait_photo: Path, tmp_path: Path, option: str, value: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["convert", str(portrait_photo), "--out", str(tmp_path / "out"), option, value])
    assert sentence in capsys.readouterr().err


def test_a_background_without_its_network_is_told_before_anything_is_done(
    portrait_photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(background_packs, "usual_folders", lambda: ())
    out = tmp_path / "out"
    assert main(["convert", str(portrait_photo), "--out", str(out), "--background", "blur"]) == 1
    assert "needs a small network that finds people" in capsys.readouterr().err
    assert not out.exists() or list(out.iterdir()) == []
