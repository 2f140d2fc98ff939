"""The journal and the names of files: what a stopped run leaves, and what a repeated one finds."""

import os
from pathlib import Path

import pytest

from core.errors import OutputError
from training.prepare.choosing import Chosen
from training.prepare.outputs import file_names
from training.prepare.records import Candidate, Journal, Look, located, told

WAY = {"domain": "photo"}


def look(path: Path) -> Look:
    status = path.stat()
    return Look(source=str(path), bytes=status.st_size, modified=status.st_mtime_ns)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(b"picture")
    return path


def write(journal_path: Path, *looks: Look) -> None:
    with Journal(journal_path, WAY).adding() as adding:
        for one in looks:
            adding.add(one)


def test_a_look_is_known_again(tmp_path: Path, picture: Path) -> None:
    write(tmp_path / "journal", look(picture))
    assert Journal(tmp_path / "journal", WAY).known(picture) == look(picture)


def test_a_changed_file_is_looked_at_again(tmp_path: Path, picture: Path) -> None:
    write(tmp_path / "journal", look(picture))
    os.utime(picture, ns=(1, 1))
    assert Journal(tmp_path / "journal", WAY).known(picture) is None
    picture.unlink()
    assert Journal(tmp_path / "journal", WAY).known(picture) is None


def test_a_journal_of_another_way_is_begun_anew(tmp_path: Path, picture: Path) -> None:
    write(tmp_path / "journal", look(picture))
    assert Journal(tmp_path / "journal", {"domain": "anime"}).known(picture) is None


def test_looks_of_another_way_are_put_aside_and_taken_up_again(tmp_path: Path, picture: Path) -> None:
    write(tmp_path / "journal.jsonl", look(picture))
    assert Journal(tmp_path / "journal.jsonl", {"domain": "anime"}).known(picture) is None
    assert Journal(tmp_path / "journal.jsonl", WAY).known(picture) == look(picture)
    assert Journal(tmp_path / "journal.jsonl", WAY).known(picture) == look(picture)


def test_a_name_that_is_no_utf_8_can_be_noted(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 \xa4\xa4.png"))
    text = told(path)
    text.encode("utf-8")
    assert located(text) == path
    assert located(told(tmp_path / "人物.png")) == tmp_path / "人物.png"
    noted = Look(source=text, bytes=1, modified=1)
    write(tmp_path / "journal", noted)
    assert Journal(tmp_path / "journal", WAY).looks[text] == noted


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_told(tmp_path: Path, picture: Path) -> None:
    journal = Journal(tmp_path / "journal", WAY)
    journal.path = Path("/dev/full")
    with pytest.raises(OutputError, match="disk is full"), journal.adding() as adding:
        adding.add(look(picture))


@pytest.mark.parametrize("lost", [1, 10, 60])
def test_a_line_that_was_cut_off_is_dropped_and_later_ones_are_whole(tmp_path: Path, picture: Path, lost: int) -> None:
    other = tmp_path / "b.png"
    other.write_bytes(b"other")
    write(tmp_path / "journal", look(picture), look(other))
    data = (tmp_path / "journal").read_bytes()
    (tmp_path / "journal").write_bytes(data[:-lost])
    write(tmp_path / "journal", look(other))
    journal = Journal(tmp_path / "journal", WAY)
    assert journal.known(picture) is not None
    assert journal.known(other) is not None


def chosen(source: str, number: int = 0) -> Chosen:
    candidate = Candidate(
        matrix=((1, 0, 0), (0, 1, 0)), size=256, coverage=1.0, sharpness=1.0, fingerprint="00" * 32
    )  # fmt: skip
    return Chosen(Look(source=source, bytes=1, modified=1), number, candidate, None, None, False)


def test_every_picture_gets_a_name_of_its_own_that_every_system_accepts() -> None:
    rows = [
        chosen("x/Ann.jpg"),
        chosen("y/ann.png"),
        chosen("x/Ann.jpg", 1),
        chosen("z/人 物?.png"),
        chosen("z/....jpg"),
    ]
    rows.append(chosen("z/" + "long" * 60 + ".png"))
    names = [name for found in file_names(rows, 2, ".png").values() for name in found]
    assert len({name.lower() for name in names}) == 12
    assert all(name.isascii() and len(name) < 128 and name.endswith(".png") for name in names)
    assert file_names(rows, 2, ".png") == file_names(list(reversed(rows)), 2, ".png")
