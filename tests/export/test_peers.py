"""One table of our models and AnimeGANv3's, from the real files, in one run."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import paths
from core.blending import Blend, blend
from export import peers
from export.crops import crops_from, standard_folder
from tests.support.models import tiny_model
from tests.support.peers import peer


def test_the_table_and_the_sheet_hold_every_contestant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    peer("tiny_Cute")
    model = tiny_model(tmp_path / "installation" / "models", "ours")
    (model.folder / "model.int8.onnx").write_bytes(model.path.read_bytes())
    tiny_model(tmp_path / "installation" / "models", "backwards", direction="B2A")
    monkeypatch.setattr(paths, "resources", lambda: tmp_path / "installation")
    monkeypatch.setattr(paths, "user_models", lambda: tmp_path / "none")
    monkeypatch.setattr(peers, "PEERS", {"tiny_Cute": peers.PEERS["tiny_Cute"]})
    monkeypatch.setattr(peers, "_PEER_SIDES", (64, 128))
    parser = ArgumentParser()
    peers.add_arguments(parser)
    sheet = tmp_path / "sheet.png"
    few = ["--rounds", "1", "--threads", "1", "--faces", "2"]
    assert peers.run(parser.parse_args([*few, "--sheet", str(sheet), "--json"])) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(row["name"], row["form"], row["side"]) for row in told["rows"]] == [
        ("ours", "full", 256),
        ("ours", "full int8", 256),
        ("AnimeGANv3 tiny_Cute", "peer", 64),
        ("AnimeGANv3 tiny_Cute", "peer", 128),
    ]
    for row in told["rows"]:
        assert row["milliseconds"] > 0
        assert row["cpu_milliseconds"] > 0
        assert row["peak_megabytes"] >= told["empty_process_megabytes"]
    picture = np.asarray(Image.open(sheet).convert("RGB")).astype(int)
    assert picture.shape == (34 + 2 * 256, 5 * 256, 3)
    photo, negative, theirs = (picture[34:, start : start + 256] for start in (0, 256, 4 * 256))
    assert np.abs(photo + negative - 255).mean() < 2
    assert 2 < np.abs(photo - theirs).mean() < 60


def test_the_sheet_shows_drawings_as_the_app_does(tmp_path: Path) -> None:
    photo = crops_from(standard_folder(), count=1)[0]
    (plain,) = peers.ours([tiny_model(tmp_path, "plain")])
    (tinting,) = peers.ours([tiny_model(tmp_path, "tinting", blend="tint")])
    drawn = peers.draw(plain, photo)
    assert np.array_equal(peers.draw(tinting, photo), blend(photo, drawn, Blend.TINT))
    assert not np.array_equal(peers.draw(tinting, photo), drawn)


def test_the_table_names_its_columns() -> None:
    text = peers.table([peers.Row("ink", "full", 256, 315.24, 601.0, 15.4, 412.0)])
    assert [line.split() for line in text.splitlines()] == [
        ["model", "form", "side", "ms", "a", "face", "CPU", "ms", "file", "MB", "peak", "MB"],
        ["ink", "full", "256", "315.2", "601.0", "15.4", "412"],
    ]
