"""Names for result files: free, and accepted by every system."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.naming import free_name


def test_the_plain_name_comes_first_and_numbers_follow(tmp_path: Path) -> None:
    for expected in ("portrait.png", "portrait (2).png", "portrait (3).png"):
        path = free_name(tmp_path, "portrait", ".png")
        assert path == tmp_path / expected
        path.touch()
    (tmp_path / "portrait (2).png").unlink()
    assert free_name(tmp_path, "portrait", ".png").name == "portrait (2).png"
    assert free_name(tmp_path, "portrait", ".jpg").name == "portrait.jpg"


def test_a_folder_or_a_dangling_link_takes_a_name_too(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    assert free_name(tmp_path, "a", ".png").name == "a (2).png"
    try:
        (tmp_path / "b.png").symlink_to(tmp_path / "nowhere")
    except OSError:
        pytest.skip("this user may not make symbolic links")
    assert free_name(tmp_path, "b", ".png").name == "b (2).png"


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ('what? a "face": <1|2>*', "what_ a _face__ _1_2__.png"),
        ("../up\\down", ".._up_down.png"),
        ("CON", "_CON.png"),
        ("com1.old", "_com1.old.png"),
        ("contour", "contour.png"),
        ("trailing. . ", "trailing.png"),
        ("line\nbreak\x07", "line_break_.png"),
        ("caf\udce9", "caf_.png"),
        ("", "picture.png"),
        ("...", "picture.png"),
        ("アニメ 顔 😀", "アニメ 顔 😀.png"),
    ],
)
def test_what_some_system_refuses_is_replaced(stem: str, name: str, tmp_path: Path) -> None:
    path = free_name(tmp_path, stem, ".png")
    assert path == tmp_path / name
    path.touch()


def test_a_long_name_is_cut_between_characters_and_can_still_be_numbered(tmp_path: Path) -> None:
    for _ in range(3):
        path = free_name(tmp_path, "顔" * 200, ".jpeg")
        assert 250 <= len(path.name.encode()) <= 255
        path.touch(exist_ok=False)


@given(st.text())
def test_any_text_gives_a_name_that_every_system_accepts(stem: str) -> None:
    path = free_name(Path("no such folder"), stem, ".png")
    assert path.parent == Path("no such folder")
    assert not set(path.name) & set('<>:"/\\|?*\0\n')
    assert path.name.isprintable()
    assert len(path.name.encode()) <= 255
    assert path.suffix == ".png"
    assert path.stem == path.stem.rstrip(". ")
    assert path.stem
