"""A trained generator's drawings become the pairs of another one."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from core import paths
from core.alignment import align
from core.faces import FaceDetector
from core.images import load_picture
from core.saving import save_picture
from training import checkpoints
from training.__main__ import main
from training.networks.small import SmallGenerator
from training.opening import open_checkpoint
from training.pairs import COLOURS_KEPT, Pairs
from training.teaching import Hand, Teacher


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


def test_of_several_checkpoints_each_draws_what_the_one_before_it_drew(
    checkpoint: Path, prepared_set: Path, tmp_path: Path
) -> None:
    alone, twice = tmp_path / "alone", tmp_path / "twice"
    photos = ["--photos", str(prepared_set / "trainA"), "--size", "80", "--test", "0"]
    assert main(["draw", str(checkpoint), *photos, "--out", str(alone)]) == 0
    assert main(["draw", str(checkpoint), str(checkpoint), *photos, "--out", str(twice)]) == 0
    network = open_checkpoint(checkpoint).a2b
    first, second = Pairs(alone / "train"), Pairs(twice / "train")
    drawn = Teacher([Hand(network, 80)])(first.cartoons[0])
    assert np.abs(drawn.astype(int) - second.cartoons[0].astype(int)).max() <= 2


def test_photos_on_a_list_are_left_out(checkpoint: Path, prepared_set: Path, tmp_path: Path) -> None:
    photos = sorted((prepared_set / "trainA").glob("*.png"))
    table = tmp_path / "held-out.csv"
    table.write_text(f"photo,age\n{photos[0].stem},old\n\n", encoding="utf-8")
    line = ["draw", str(checkpoint), "--photos", str(prepared_set / "trainA"), "--out", str(tmp_path / "pairs")]
    assert main([*line, "--size", "32", "--test", "0", "--without", str(table)]) == 0
    assert Pairs(tmp_path / "pairs" / "train").names == [photo.name for photo in photos[1:]]


def test_some_people_get_a_darker_complexion_and_white_stays_white(checkpoint: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    portrait = np.full((64, 64, 3), 255, dtype=np.uint8)
    portrait[16:, 20:44] = (230, 190, 160)
    for name in range(12):
        cv2.imwrite(str(photos / f"{name}.png"), portrait[..., ::-1])
    line = ["draw", str(checkpoint), "--photos", str(photos), "--out", str(tmp_path / "pairs"), "--size", "32"]
    assert main([*line, "--test", "0", "--deepen", "0.5"]) == 0
    shown = Pairs(tmp_path / "pairs" / "train").photos
    darker = [photo for photo in shown if not np.array_equal(photo, portrait)]
    assert 0 < len(darker) < len(shown)
    for photo in darker:
        assert (photo[30, 32] < 0.8 * portrait[30, 32]).all()
        assert np.array_equal(photo[2, 2], [255, 255, 255])


def test_a_list_that_is_no_list_is_told(
    checkpoint: Path, prepared_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "held-out.csv"
    line = ["draw", str(checkpoint), "--photos", str(prepared_set / "trainA"), "--out", str(tmp_path / "pairs")]
    for content, told in ((b"", "names no photo"), (b"\xff\xfe\x00", "cannot be read"), (b"photo\n", "names no photo")):
        table.write_bytes(content)
        assert main([*line, "--without", str(table)]) == 1
        assert told in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_told(
    checkpoint: Path, prepared_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"")
    line = ["draw", str(checkpoint), "--photos", str(prepared_set / "trainA"), "--size", "32"]
    assert main([*line, "--out", str(tmp_path / "file" / "pairs")]) == 1
    assert capsys.readouterr().err.startswith("training: ")


def test_a_sheet_shows_photos_above_what_models_make_of_them(
    checkpoint: Path, prepared_set: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, model = tmp_path / "sheet.png", paths.resources() / "models" / "ink-live"
    line = ["sheet", str(checkpoint), str(model), "--photos", str(prepared_set / "trainA"), "--tile", "64"]
    assert main([*line, "--columns", "2", "--out", str(out)]) == 0
    count = len(list((prepared_set / "trainA").glob("*.png")))
    assert f"{count} photos" in capsys.readouterr().out
    sheet = load_picture(out).pixels
    caption = 16
    assert sheet.shape == (-(-count // 2) * (3 * 64 + caption), 2 * 64, 3)
    first = load_picture(sorted((prepared_set / "trainA").glob("*.png"))[0]).pixels
    shown = cv2.resize(first, (64, 64), interpolation=cv2.INTER_CUBIC if first.shape[0] <= 64 else cv2.INTER_AREA)
    assert np.array_equal(sheet[:64, :64], shown)

    table = tmp_path / "some.csv"
    table.write_text("photo\nnobody\n", encoding="utf-8")
    assert main([*line, "--only", str(table), "--out", str(out)]) == 1
    assert "has no nobody" in capsys.readouterr().err


def test_pairs_that_carry_the_photos_colours_keep_them(prepared_set: Path, tmp_path: Path) -> None:
    """Where photo and drawing are the same picture, they stay equal but for light and noise, whatever is behind."""
    for kind in ("photo", "cartoon"):
        (tmp_path / kind).symlink_to(prepared_set / "trainA")
    pairs = Pairs(tmp_path)
    kept = dataclasses.replace(COLOURS_KEPT, backdrop=1.0, shade=0.0, glints=0.0, light=0.0, degrade=0.0)
    photo, drawing = pairs.batch(0, 0, 4, 64, kept)
    torch.testing.assert_close(photo, drawing, atol=0.1, rtol=0)
    assert (photo - drawing).abs().mean() < 0.002
    assert COLOURS_KEPT.complexion == 0.0


def test_features_and_glasses_are_for_photos_that_show_a_face(
    checkpoint: Path,
    portrait_photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    borrowed: Callable[[str], None],
) -> None:
    borrowed("FACE_PARSING")
    photos, out = tmp_path / "photos", tmp_path / "pairs"
    photos.mkdir()
    pixels = load_picture(portrait_photo).pixels
    face = align(FaceDetector(threads=1).detect(pixels)[0].landmarks).crop(pixels)
    save_picture(photos / "face.png", face)
    save_picture(photos / "wall.png", np.full((256, 256, 3), 180, dtype=np.uint8))
    line = ["draw", str(checkpoint), "--photos", str(photos), "--out", str(out), "--size", "64", "--test", "0"]
    assert main([*line, "--features", "--spectacles", "1", "--blinks", "1"]) == 0
    told = capsys.readouterr().out
    assert "3 pairs to train on" in told
    assert "do not show eyes, mouth and chin: 1." in told
    pairs = Pairs(out / "train")
    assert pairs.names == ["face-blinking.png", "face-spectacled.png", "face.png"]
    assert np.array_equal(pairs.photos[2], face)
    # Lids or rims on both, and nothing else.
    for pictures in (pairs.photos, pairs.cartoons):
        for changed in pictures[:2]:
            where = np.abs(changed.astype(int) - pictures[2]).max(axis=-1) > 25
            assert 0.002 < where.mean() < 0.08
            assert not where[170:].any()

    assert main([*line, "--features", "--spectacles", "1", "--blinks", "1"]) == 0
    assert "3 pairs to train on" in capsys.readouterr().out


def test_the_way_back_paints_photos_and_what_shows_no_face_is_left_out(
    tmp_path: Path, portrait_photo: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "anime"
    photos.mkdir()
    pixels = load_picture(portrait_photo).pixels
    save_picture(photos / "face.png", align(FaceDetector(threads=1).detect(pixels)[0].landmarks).crop(pixels))
    line = ["draw", str(checkpoint), "--photos", str(photos), "--size", "64", "--test", "0", "--direction", "B2A"]
    assert main([*line, "--out", str(tmp_path / "none")]) == 1
    assert "no generator from anime to photos" in capsys.readouterr().err

    torch.manual_seed(1)
    both = tmp_path / "both.safetensors"
    tensors, meta = checkpoints.load(checkpoint)
    back = checkpoints.prefixed("average_b2a", SmallGenerator(8).state_dict())
    checkpoints.save(both, {**tensors, **back}, meta)
    line[1] = str(both)
    there, here = tmp_path / "there", tmp_path / "here"
    assert main([*line[:-2], "--out", str(there)]) == 0
    assert main([*line, "--out", str(here)]) == 0
    assert not np.array_equal(Pairs(there / "train").cartoons[0], Pairs(here / "train").cartoons[0])
    capsys.readouterr()
    # Nobody would see a face in what an untrained network paints.
    assert main([*line, "--out", str(tmp_path / "sure"), "--sure", "0.5"]) == 0
    assert "do not show a face: 1." in capsys.readouterr().out


def test_what_is_held_out_stays_so_when_more_is_drawn_under_another_share(
    checkpoint: Path, portrait_photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos, out = tmp_path / "photos", tmp_path / "pairs"
    photos.mkdir()
    pixels = load_picture(portrait_photo).pixels
    for number in range(6):
        save_picture(photos / f"{number}.png", pixels[number : number + 200, :200])
    line = ["draw", str(checkpoint), "--photos", str(photos), "--out", str(out), "--size", "64", "--test"]
    assert main([*line, "0.5"]) == 0
    held_out = sorted(path.name for path in (out / "test" / "photo").iterdir())
    assert 0 < len(held_out) < 6
    for share in ("0", "1"):
        assert main([*line, share]) == 0
        assert f"{6 - len(held_out)} pairs to train on and {len(held_out)} held out" in capsys.readouterr().out
        assert sorted(path.name for path in (out / "test" / "photo").iterdir()) == held_out
    learnt = {path.name for path in (out / "train" / "photo").iterdir()}
    assert not learnt & set(held_out)


def test_second_ways_that_cannot_be_made_are_counted(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], borrowed: Callable[[str], None]
) -> None:
    borrowed("FACE_PARSING")
    photos = tmp_path / "photos"
    photos.mkdir()
    save_picture(photos / "wall.png", np.full((256, 256, 3), 180, dtype=np.uint8))
    line = ["draw", str(checkpoint), "--photos", str(photos), "--out", str(tmp_path / "out"), "--size", "64"]
    assert main([*line, "--test", "0", "--beards", "1", "--wrinkles", "1"]) == 0
    told = capsys.readouterr().out
    assert "1 pairs to train on" in told
    assert "Second ways not written, since the photo does not show what they change: 2." in told
