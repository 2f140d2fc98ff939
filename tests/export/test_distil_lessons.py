"""What a student learns from: the teacher's drawings, kept on disk, and how they are varied."""

from __future__ import annotations

import dataclasses
import os
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from core.generator import Styled
from core.saving import save_picture
from export.distil.lessons import Lesson, LessonsError, prepare
from export.distil.views import Variation, vary

SIZE = 64
#: Nothing but movement.
MOVED = dataclasses.replace(Variation(), light=0, dark=0, motion=0, far=0, degrade=0)


class Negative:
    """A teacher that inverts colours, looks at the bright, and counts what it drew."""

    size = SIZE

    def __init__(self, interrupted_at: int | None = None) -> None:
        self.drawn = 0
        self._interrupted_at = interrupted_at

    def run(self, crops: NDArray[np.uint8]) -> Styled:
        self.drawn += len(crops)
        if self.drawn == self._interrupted_at:
            os.kill(os.getpid(), signal.SIGINT)
        bright = crops[:, ::4, ::4].mean(axis=3).astype(np.float32) / 255
        return Styled(255 - crops, bright)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Five squares of a real photo, and a copy of one of them."""
    picture = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(5):
        square = np.ascontiguousarray(picture[40 * number :, 150:][:SIZE, :SIZE])
        save_picture(folder / f"{number}.png", square)
    (folder / "copy.png").write_bytes((folder / "3.png").read_bytes())
    return folder


def test_every_photo_is_drawn_once_and_found_again(photos: Path, tmp_path: Path) -> None:
    first, second = Negative(), Negative()
    lessons = prepare([photos], first, tmp_path / "drawings")
    again = prepare([photos], second, tmp_path / "drawings")
    assert lessons is not None
    assert again is not None
    assert (first.drawn, second.drawn) == (5, 0), "and a copy of a photo teaches nothing new"
    assert len(lessons) == len(again) == 5
    lesson = again[2]
    np.testing.assert_array_equal(lesson.drawing, 255 - lesson.photo, err_msg="drawings are kept without loss")
    bright = lesson.photo[::4, ::4].mean(axis=2)
    assert np.abs(lesson.attention - bright).max() <= 1


def test_ctrl_c_keeps_what_was_drawn(photos: Path, tmp_path: Path) -> None:
    teacher, later = Negative(interrupted_at=2), Negative()
    assert prepare([photos], teacher, tmp_path / "drawings") is None
    assert teacher.drawn == 2
    assert len(prepare([photos], later, tmp_path / "drawings") or ()) == 5
    assert later.drawn == 3


def test_photos_of_any_size_become_crops(photos: Path, tmp_path: Path) -> None:
    wide = np.zeros((100, 180, 3), np.uint8)
    wide[:, 40:140] = 200
    save_picture(photos / "wide.png", wide)
    save_picture(photos / "small.png", np.full((20, 20, 3), 90, np.uint8))
    lessons = prepare([photos], Negative(), tmp_path / "drawings")
    assert lessons is not None
    shapes = {(lesson.photo.shape, lesson.drawing.shape, lesson.attention.shape) for lesson in lessons}
    assert shapes == {((SIZE, SIZE, 3), (SIZE, SIZE, 3), (SIZE // 4, SIZE // 4))}
    assert any((lesson.photo == 200).all() for lesson in lessons), "the middle of what is no square"


def test_a_photo_that_cannot_be_read_is_told_and_left_out(photos: Path, tmp_path: Path) -> None:
    (photos / "torn.jpg").write_bytes(b"\xff\xd8\xff\xe0 torn")
    told: list[str] = []
    lessons = prepare([photos], Negative(), tmp_path / "drawings", told.append)
    assert len(lessons or ()) == 5
    assert len(told) == 1
    assert "torn.jpg" in told[0]


def test_folders_without_photos_are_refused(photos: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("no pictures")
    with pytest.raises(LessonsError, match=r"no pictures in .*empty.*; name a folder"):
        prepare([photos, empty], Negative(), tmp_path / "drawings")
    with pytest.raises(LessonsError, match="no pictures in"):
        prepare([tmp_path / "missing"], Negative(), tmp_path / "drawings")
    (empty / "torn.png").write_bytes(b"junk")
    with pytest.raises(LessonsError, match="can be read"):
        prepare([empty], Negative(), tmp_path / "drawings", lambda sentence: None)


def _pairs(folder: Path) -> Path:
    """Two persons before white, and drawings of them before green."""
    for number in range(2):
        photo = np.full((SIZE, SIZE, 3), 255, np.uint8)
        drawing = np.full((SIZE, SIZE, 3), (0, 160, 0), np.uint8)
        photo[16:, 20:44], drawing[16:, 20:44] = (120 + number, 90, 70), (240, 200, 180)
        for kind, picture in (("photo", photo), ("cartoon", drawing)):
            (folder / kind).mkdir(parents=True, exist_ok=True)
            save_picture(folder / kind / f"{number}.png", picture)
    return folder


def test_of_pairs_the_drawings_are_learnt_and_of_the_teacher_where_it_looked(tmp_path: Path) -> None:
    pairs = _pairs(tmp_path / "pairs")
    save_picture(pairs / "photo" / "alone.png", np.zeros((SIZE, SIZE, 3), np.uint8))
    lessons = prepare([pairs], Negative(), tmp_path / "drawings", pairs=True)
    assert lessons is not None
    assert len(lessons) == 2
    for lesson in lessons:
        assert lesson.drawing[40, 32].tolist() == [240, 200, 180]
        assert lesson.drawing[2, 2].tolist() == [255, 255, 255]
        assert lesson.attention[1, 1] == 255
        assert lesson.attention[10, 8] < 130

    drawn = dataclasses.replace(MOVED, rotation=0, scale=0, shift=0, turn=0, bend=0, backdrop=1.0, drawn_backdrop=True)
    view = vary(lessons[0], np.random.default_rng(3), SIZE, drawn)
    assert np.abs(view.photo[:8] - view.drawing[:8]).max() < 0.02
    assert view.photo[2, 2].min() < 0.98
    assert np.abs(view.photo[40, 32] - view.drawing[40, 32]).max() > 0.2


def test_a_folder_without_pairs_is_refused(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "half" / "photo").mkdir(parents=True)
    save_picture(tmp_path / "half" / "photo" / "0.png", np.zeros((SIZE, SIZE, 3), np.uint8))
    with pytest.raises(LessonsError, match="has no pairs"):
        prepare([tmp_path / "half"], Negative(), tmp_path / "drawings", pairs=True)


def test_held_out_photos_stay_held_out_when_others_join(photos: Path, tmp_path: Path) -> None:
    lessons = prepare([photos], Negative(), tmp_path / "drawings")
    assert lessons is not None
    learnt, held_out = lessons.split(2)
    assert len(learnt) + len(held_out) == 5
    assert len(learnt) * len(held_out) > 0
    save_picture(photos / "another.png", np.full((SIZE, SIZE, 3), 7, np.uint8))
    more = prepare([photos], Negative(), tmp_path / "drawings")
    assert more is not None
    before = {lesson.photo.tobytes() for lesson in held_out}
    assert before <= {lesson.photo.tobytes() for lesson in more.split(2)[1]}
    assert len(more.without(held_out)) == 6 - len(held_out)
    with pytest.raises(LessonsError, match="add more"):
        lessons.without(lessons)


@pytest.fixture
def lesson() -> Lesson:
    """A portrait that is its own drawing, and a map of what is bright in it."""
    photo = np.ascontiguousarray(skimage.data.astronaut()[5:261, 100:356])  # type: ignore[no-untyped-call]
    bright = cv2.resize(photo.mean(axis=2).astype(np.uint8), (64, 64), interpolation=cv2.INTER_AREA)
    return Lesson(photo, photo.copy(), np.asarray(bright, dtype=np.uint8))


@pytest.mark.parametrize("seed", range(4))
def test_photo_drawing_and_attention_move_together(lesson: Lesson, seed: int) -> None:
    view = vary(lesson, np.random.default_rng(seed), 272, MOVED)
    np.testing.assert_array_equal(view.photo, view.drawing)
    bright = cv2.resize(view.photo.mean(axis=2), (68, 68), interpolation=cv2.INTER_AREA)
    together = np.corrcoef(bright.ravel(), view.attention.ravel())[0, 1]
    elsewhere = np.corrcoef(np.roll(bright, 3, axis=1).ravel(), view.attention.ravel())[0, 1]
    assert together > 0.97
    assert together > elsewhere + 0.03
    assert np.abs(view.photo[8:264, 8:264] - lesson.photo / 255).mean() > 0.02, "it has moved"


def test_light_blur_and_noise_change_the_photo_alone(lesson: Lesson) -> None:
    always = dataclasses.replace(Variation(), light=1, dark=1, motion=1, far=1, degrade=1)
    for seed in range(3):
        calm = vary(lesson, np.random.default_rng(seed), 256, MOVED)
        poor = vary(lesson, np.random.default_rng(seed), 256, always)
        np.testing.assert_array_equal(calm.drawing, poor.drawing)
        assert np.abs(calm.photo - poor.photo).mean() > 0.05
        assert poor.photo.min() >= 0
        assert poor.photo.max() <= 1


def test_only_a_white_wall_is_replaced(lesson: Lesson) -> None:
    before_wall = Lesson(lesson.photo.copy(), lesson.drawing, lesson.attention)
    before_wall.photo[:, :60] = 255
    moved_elsewhere = dataclasses.replace(MOVED, backdrop=1.0)
    for seed in range(3):
        kept = vary(lesson, np.random.default_rng(seed), 256, moved_elsewhere)
        np.testing.assert_array_equal(kept.photo, kept.drawing, err_msg="a room stays as it is")
        wall = vary(before_wall, np.random.default_rng(seed), 256, moved_elsewhere)
        assert (wall.photo.min(axis=2) > 0.98).mean() < 0.5 * (60 / 256)


def test_the_same_seed_gives_the_same_view(lesson: Lesson) -> None:
    one, other = (vary(lesson, np.random.default_rng((3, 4)), 128, Variation(backdrop=0.5)) for _ in range(2))
    for mine, theirs in zip(one, other, strict=True):
        np.testing.assert_array_equal(mine, theirs)
