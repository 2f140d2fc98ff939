"""A trained generator's drawings become the pairs of another one."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.images import load_picture
from training import checkpoints
from training.__main__ import main
from training.networks.small import SmallGenerator
from training.pairs import COLOURS_KEPT, Augmentation, Pairs


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """An untrained small generator as a CycleGAN run leaves it."""
    torch.manual_seed(0)
    path = tmp_path / "last.safetensors"
    networks = {"generator": "small", "generator_width": 8}
    tensors = checkpoints.prefixed("average", SmallGenerator(8).state_dict())
    checkpoints.save(path, tensors, {"step": 1, "kind": "cyclegan", "recipe": {"networks": networks}})
    return path


def test_a_checkpoint_draws_pairs_and_goes_on_where_it_was(
    checkpoint: Path, prepared_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos, out = prepared_set / "trainA", tmp_path / "pairs"
    (photos / "broken.png").write_bytes(b"no picture")
    line = ["draw", str(checkpoint), "--photos", str(photos), "--out", str(out), "--size", "32", "--test", "0.5"]
    assert main(line) == 0
    told = capsys.readouterr().out
    assert "could not be read: 1." in told
    train, test = Pairs(out / "train"), Pairs(out / "test")
    assert f"{len(train)} pairs to train on and {len(test)} held out" in told
    assert sorted(train.names + test.names) == sorted(path.name for path in photos.glob("[0-9]*.png"))
    for index, name in enumerate(train.names):
        assert np.array_equal(train.photos[index], load_picture(photos / name).pixels)
        assert train.cartoons[index].shape == train.photos[index].shape
        assert not np.array_equal(train.cartoons[index], train.photos[index])

    kept = out / "train" / "cartoon" / train.names[0]
    before = kept.stat().st_mtime_ns
    assert main(line) == 0
    assert kept.stat().st_mtime_ns == before


def test_pairs_that_carry_the_photos_colours_keep_them(prepared_set: Path, tmp_path: Path) -> None:
    """Where photo and drawing are the same picture, they stay equal but for light and noise."""
    for kind in ("photo", "cartoon"):
        (tmp_path / kind).symlink_to(prepared_set / "trainA")
    pairs = Pairs(tmp_path)
    plain = Augmentation(backdrop=0.0, complexion=0.0, light=0.0, degrade=0.0)
    photo, drawing = pairs.batch(0, 0, 4, 64, plain)
    torch.testing.assert_close(photo, drawing, atol=0.02, rtol=0)
    assert (COLOURS_KEPT.backdrop, COLOURS_KEPT.complexion) == (0.0, 0.0)
