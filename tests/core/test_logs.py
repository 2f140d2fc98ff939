"""What a native crash leaves behind is found at the next start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from core import logs

CRASHING = """
import faulthandler, sys
from pathlib import Path
from core import logs
logs.begin(Path(sys.argv[1]))
logs.watch_for_crashes(Path(sys.argv[1]))
def draw_a_face():
    faulthandler._sigabrt()
draw_a_face()
"""


def test_the_stack_of_a_native_crash_is_in_the_diary_at_the_next_start(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", CRASHING, str(tmp_path)], capture_output=True, check=False)
    assert ended.returncode != 0
    logs.begin(tmp_path)
    try:
        logs.watch_for_crashes(tmp_path)
        diary = logs.tail(folder=tmp_path)
    finally:
        logs.stop_watching()
        logs.end()
    assert "brought down" in diary
    assert "draw_a_face" in diary


def test_a_crash_is_told_once_and_a_quiet_end_never(tmp_path: Path) -> None:
    (tmp_path / logs.CRASH).write_text("Fatal Python error", encoding="utf-8")
    for _ in range(2):
        logs.begin(tmp_path)
        logs.watch_for_crashes(tmp_path)
        logs.stop_watching()
        logs.end()
    assert logs.tail(folder=tmp_path).count("brought down") == 1


def test_without_a_place_to_write_nothing_is_watched(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    logs.watch_for_crashes(blocked)
    logs.stop_watching()
