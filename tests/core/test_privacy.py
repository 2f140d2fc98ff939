"""Bug reports: no names of people or of their files."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from core import logs
from core.privacy import without_names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cannot open /home/mei/旅行/Lin at school.jpg", "cannot open (path).jpg"),
        ("cannot open /home/mei/Lin Wu/Anna: broken", "cannot open (path): broken"),
        (r"cannot open C:\Users\Mei Lin\Lin.png", "cannot open (path).png"),
        ("[Errno 2] No such file: \"/home/mei/Mei's 18th/Lin's cake.jpg\"", '[Errno 2] No such file: "(path).jpg"'),
        ("can't open 'Lin.png' -> \"Lin's cake.png\"", "can't open '(file).png' -> \"(file).png\""),
        ("打不開「小美.png」。", "打不開「(file).png」。"),
        ('cannot open "/home/mei/旅行/Lin at school.jpg"', 'cannot open "(path).jpg"'),
        (r"cannot open 'C:\Users\Mei\Pictures\Lin.png'", "cannot open '(path).png'"),
        ('No face was found in "grandma.webp".', 'No face was found in "(file).webp".'),
        ("opening http://mei:secret@192.168.1.20:8080/video now", "opening (http address) now"),
        ("hello mei, ~/Photos/x.jpg", "hello (user), (path).jpg"),
        (
            '  File "/opt/app/_internal/desktop/window.py", line 12, in show',
            '  File "_internal/desktop/window.py", line 12, in show',
        ),
        ('  File "/home/mei/script.py", line 3', '  File "script.py", line 3'),
        ("CUDAExecutionProvider and/or CPU, 3/4 done", "CUDAExecutionProvider and/or CPU, 3/4 done"),
    ],
)
def test_names_are_left_out_and_the_rest_is_kept(text: str, expected: str) -> None:
    assert without_names(text, user="mei") == expected


def test_the_diary_is_written_without_names_and_read_back(tmp_path: Path) -> None:
    logs.begin(tmp_path)
    logs.note('Traceback:\n  File "/home/zoe/x/core/faces.py", line 3\nOSError: "/home/zoe/me.jpg"')
    told = logs.tail(folder=tmp_path)
    logs.end()
    assert "Animirror" in told and "core/faces.py" in told
    assert "zoe" not in told and "me.jpg" not in told


def test_the_diary_rotates_and_stays_small(tmp_path: Path) -> None:
    logs.begin(tmp_path)
    for number in range(3_000):
        logs.note(f"{number} " + "x" * 800)
    logs.end()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [logs.FILE, *(f"{logs.FILE}.{number}" for number in (1, 2, 3))]
    assert sum(file.stat().st_size for file in files) < 2_000_000


def test_a_diary_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    logs.begin(tmp_path / "file" / "folder")
    logs.note("lost")
    logs.end()
    assert logging.getLogger(logs.NAME).handlers == []
    assert logs.tail(folder=tmp_path / "file" / "folder") == ""
