"""``training crop``: faces as the app cuts them."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.alignment import align
from core.faces import FaceDetector
from core.images import load_picture
from core.saving import save_picture
from training.__main__ import main


def test_the_largest_face_of_each_photo_is_cut_as_the_app_cuts_it(
    portrait_photo: Path, group_photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos, out = tmp_path / "photos", tmp_path / "crops"
    (photos / "more").mkdir(parents=True)
    shutil.copy(portrait_photo, photos / "one.png")
    shutil.copy(group_photo, photos / "more" / "six.jpg")
    save_picture(photos / "wall.png", np.full((200, 200, 3), 150, dtype=np.uint8))
    (photos / "broken.png").write_bytes(b"no picture")
    assert main(["crop", str(photos), "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "2 faces of 4 photos" in told
    assert "no face was found on wall.png" in told
    assert sorted(path.name for path in out.iterdir()) == ["one.png", "six.png"]
    pixels = load_picture(portrait_photo).pixels
    by_app = align(FaceDetector(threads=1).detect(pixels)[0].landmarks).crop(pixels)
    assert np.array_equal(load_picture(out / "one.png").pixels, by_app)


def test_a_list_chooses_and_what_it_names_must_be_there(
    portrait_photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, out = tmp_path / "list.csv", tmp_path / "crops"
    table.write_text(f"photo,age\n{portrait_photo.stem},old\n", encoding="utf-8")
    shutil.copy(portrait_photo, tmp_path / "other.png")
    folders = [str(portrait_photo.parent), str(tmp_path)]
    assert main(["crop", *folders, "--only", str(table), "--out", str(out), "--size", "128"]) == 0
    assert [path.stem for path in out.iterdir()] == [portrait_photo.stem]
    assert load_picture(next(out.iterdir())).pixels.shape == (128, 128, 3)
    table.write_text("photo\nnobody\n", encoding="utf-8")
    assert main(["crop", *folders, "--only", str(table), "--out", str(out)]) == 1
    assert "There is no nobody" in capsys.readouterr().err
    assert main(["crop", str(tmp_path / "empty"), "--out", str(out)]) == 1
    assert "no pictures" in capsys.readouterr().err
