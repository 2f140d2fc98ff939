"""Ending in good order when the system asks for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT

PATIENCE = 60.0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_program_that_is_asked_to_end_closes_its_window(tmp_path: Path) -> None:
    log = tmp_path / "home" / ".local" / "state" / "animirror" / "log" / "animirror.log"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path / "home")}
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        environment.pop(name, None)
    program = subprocess.Popen([sys.executable, "-m", "desktop"], cwd=ROOT, env=environment)
    try:
        end = time.monotonic() + PATIENCE
        while not log.is_file() and time.monotonic() < end:  # it is begun when the window was seen
            time.sleep(0.1)
        program.send_signal(signal.SIGTERM)
        assert program.wait(PATIENCE) == 0
    finally:
        program.kill()
    assert "The window was closed." in log.read_text(encoding="utf-8")
