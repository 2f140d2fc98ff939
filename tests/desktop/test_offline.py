"""Nothing is ever sent anywhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.mjpeg_server import MjpegServer

_WHOLE_APP = """if True:
    import json, sys
    asked = []

    def watch(event, given):
        # urllib3 binds a socket to this computer itself to find out whether there is IPv6, and connects to nothing.
        if event in ("socket.connect", "socket.sendto", "socket.bind") and isinstance(given[1], tuple):
            if event != "socket.bind" or given[1][0] not in ("::1", "127.0.0.1"):
                asked.append([event, *map(str, given[1][:2])])
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            asked.append([event, *map(str, given[:2])])

    sys.addaudithook(watch)
    from pathlib import Path
    from PySide6.QtCore import QTimer
    import desktop.application as program

    photos, address = [Path(name) for name in sys.argv[2:]], sys.argv[1]
    timer = QTimer(interval=100)
    stage = ["drawing"]

    class Window(program.MainWindow):
        def __init__(self, *given):
            super().__init__(*given)
            timer.timeout.connect(self.go_on)
            timer.start()

        def go_on(self):
            if stage[0] == "drawing" and all(not one.status.pending for one in self.photos._controller.gallery.photos):
                drawn = [one.status.name for one in self.photos._controller.gallery.photos]
                print(json.dumps({"drawn": drawn, "asked": list(asked)}), flush=True)
                self.show_page("live")
                stage[0] = "live"
                if address:
                    self.live.show_address(address)
                else:
                    stage[0] = "looking"
                    QTimer.singleShot(1500, self.end)
            elif stage[0] == "live" and address and self._live.figures is not None and self._live.figures.size[0]:
                stage[0] = "looking"
                self.end()

        def end(self):
            self.close()
            print(json.dumps({"asked": asked}), flush=True)

    program.MainWindow = Window
    sys.exit(program.run(photos))
"""


def _run(tmp_path: Path, *photos: Path, address: str = "", before: tuple[str, ...] = ()) -> list[dict[str, list[str]]]:
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(home)}
    for name in [name for name in environment if name.startswith("XDG_")]:
        del environment[name]
    done = subprocess.run(
        [*before, sys.executable, "-c", _WHOLE_APP, address, *map(str, photos)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_no_socket_is_opened_but_to_the_address_that_was_typed(tmp_path: Path) -> None:
    with MjpegServer() as server:
        port = server.url.split(":")[2].split("/")[0]
        drawn, ended = _run(tmp_path, address=server.url)
        assert server.sent > 0
    assert drawn["asked"] == []
    assert ended["asked"]
    assert {tuple(one[1:3]) for one in ended["asked"]} == {("127.0.0.1", port)}


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs Linux' unshare")
def test_the_whole_app_works_with_the_network_cut_off(tmp_path: Path, group_photo: Path) -> None:
    cut_off = ("unshare", "--map-root-user", "--net")
    if subprocess.run([*cut_off, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this system lets nobody cut off a program's network")
    drawn, ended = _run(tmp_path, group_photo, before=cut_off)
    assert drawn["drawn"] == ["DONE"]
    assert ended["asked"] == []
