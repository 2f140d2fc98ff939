"""The check itself: what a user does on the first day, on a machine that has nothing but the application."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bundle import sizes
from bundle.check.place import Place, connections, forget_files
from bundle.check.robot import CheckError, Screen, links, wait_for

WARM_SECONDS, COLD_SECONDS = 2.0, 5.0
#: Seconds for the first drawing on a machine that is busy with other things.
PATIENCE = 180.0
_ACCENT = (207, 46, 99)
_BELOW_THE_PICTURE = (0, 480, 820, 720)
_TITLE = "Animirror"


class Job:
    """The check of one application.

    figures: what was measured, by name. failed: what is not as it should be, a sentence each.
    """

    def __init__(self, application: Path, pictures: Path) -> None:
        """Take the application's folder, and one for screenshots."""
        self._application, self._pictures = application, pictures
        self.figures: dict[str, Any] = {}
        self.failed: list[str] = []

    def run(self) -> None:
        """Do everything; what fails is noted, and the next thing gets its chance where that makes sense."""
        self.figures["size"] = sizes.report(self._application).splitlines()[0]
        place = Place(self._application)
        try:
            self._try("self-test", lambda: self._self_test(place))
            self._try("command line", lambda: self._command_line(place))
            with Screen(self._pictures) as screen:
                self._try("startup time", lambda: self._startup(place, screen))
                self._try("window", lambda: self._window(place, screen))
            if not place.untouched:
                self.failed.append("The application's folder was written to.")
        finally:
            place.remove()

    def _try(self, name: str, step: Any) -> None:
        started = time.monotonic()
        try:
            step()
            print(f"{name}: right, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        except (CheckError, subprocess.SubprocessError, OSError, ValueError) as error:
            self.failed.append(f"{name}: {error}")
            print(self.failed[-1], file=sys.stderr, flush=True)

    def _expect(self, condition: object, sentence: str) -> None:
        if not condition:
            raise CheckError(sentence)

    def _self_test(self, place: Place) -> None:
        # Every function of every library is looked up at once: a stand-in that lacks one fails here, not at a user's.
        done = place.run("--self-test", "--json", LD_BIND_NOW="1")
        self._expect(done.returncode == 0, f"code {done.returncode}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
        told = json.loads(done.stdout)
        self.figures["self-test"] = {step["name"]: step["seconds"] for step in told["steps"]}
        self._expect(told["passed"], "it did not pass")
        self._expect(all(step["passed"] for step in told["steps"]), "a step had nothing to be compared with")
        names = (place.home.name, str(place.root))
        self._expect(not any(name in done.stdout for name in names), "a bug report would tell names")

    def _command_line(self, place: Place) -> None:
        photo, out = self._photo(place), place.desk / "結果"
        done = place.run("convert", str(photo), "--out", str(out), "--json")
        self._expect(done.returncode == 0, f"code {done.returncode}: {done.stdout[-800:]}{done.stderr[-800:]}")
        self._look_at(next(out.glob("*")))
        doctor = place.run("doctor", "--json")
        self._expect(json.loads(doctor.stdout)["problems"] == [], f"doctor finds fault: {doctor.stdout[-800:]}")
        self._add_model(place)
        self._expect(connections() == set(), f"sockets were opened: {connections()}")

    def _add_model(self, place: Place) -> None:
        # A model of others is tried in a process of its own, which is this program once more.
        model, other = place.folder / "_internal/resources/models/ink-live/model.onnx", place.desk / "other.onnx"
        ignored_field = bytes([0x32, 1, 120])  # domain "x": the same model, and another file
        other.write_bytes(model.read_bytes() + ignored_field)
        done = place.run("models", "add", str(other))
        self._expect(done.returncode == 0, f"a model could not be added: {done.stdout[-400:]}{done.stderr[-800:]}")

    def _startup(self, place: Place, screen: Screen) -> None:
        def measured() -> dict[str, float]:
            done = place.run("--startup-time", DISPLAY=screen.display)
            self._expect(done.returncode == 0, f"code {done.returncode}: {done.stdout}{done.stderr}")
            told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
            return told

        if forget_files():
            self.figures["cold start"] = measured()
        self.figures["warm starts"] = [measured() for _ in range(3)]
        warm = min(start["seconds_to_window"] for start in self.figures["warm starts"])
        cold = self.figures["cold start"]["seconds_to_window"] if "cold start" in self.figures else 0.0
        if warm > WARM_SECONDS or cold > COLD_SECONDS:
            # Other work on the machine slows a start too: told, not counted as a fault of the application.
            self.figures["slow"] = f"more than {WARM_SECONDS:.0f} s warm or {COLD_SECONDS:.0f} s cold"

    def _window(self, place: Place, screen: Screen) -> None:
        with self._opened(place, screen) as program:
            self._see_window(program, screen)
            screen.focus(_TITLE)
            screen.settled()
            screen.picture("1-first-start")
            screen.press_and_see("Return")
            screen.picture("2-empty")
            self._convert(place, screen)
            self._expect(connections() == set(), f"sockets were opened: {connections()}")
            self._live(place, screen)
            self._expect(program.poll() is None, "it ended by itself")
            screen.press("ctrl+q")
            code = program.wait(timeout=20)
            self._expect(code == 0, f"it ended with code {code}")
        self._second_start(place, screen)

    def _see_window(self, program: subprocess.Popen[str], screen: Screen) -> None:
        wait_for("the window", lambda: screen.windows(_TITLE) or program.poll() is not None, 90)
        self._expect(program.poll() is None, f"it ended with code {program.poll()} instead of showing its window")

    def _second_start(self, place: Place, screen: Screen) -> None:
        with self._opened(place, screen) as program:
            self._see_window(program, screen)
            screen.focus(_TITLE)
            seen = screen.settled()
            screen.picture("6-second-start")
            self._expect(seen.std() > 5, "nothing is shown")
            settings = next(iter(place.home.rglob("settings.json")), None)
            self._expect(settings is not None, "the settings were not kept")
            assert settings is not None
            self._expect('"first_run_done": true' in settings.read_text(), "the first page would come again")
            screen.press("ctrl+w")
            self._expect(program.wait(timeout=20) == 0, "it did not end well")
        with self._opened(place, screen) as program:
            self._see_window(program, screen)
            screen.settled()
            program.terminate()
            self._expect(program.wait(timeout=20) == 0, "it did not end well when the system asked it to")
        diary = next(iter(place.home.rglob("animirror.log")), None)
        self._expect(
            diary is not None and place.home.name not in diary.read_text(), "the diary is missing or tells names"
        )

    def _convert(self, place: Place, screen: Screen) -> None:
        photo, result = self._photo(place), place.desk / "drawn.png"
        screen.press("ctrl+o")
        wait_for("the dialog to open photos", lambda: len(screen.windows("")) > 1, 30)
        time.sleep(1.0)
        screen.type(str(photo))
        screen.press("Return")
        end = time.monotonic() + PATIENCE
        # There is nothing to save before it is drawn; then the dialog for that comes.
        while not screen.windows("Save") and time.monotonic() < end:
            time.sleep(3.0)
            screen.focus(_TITLE)
            screen.press("ctrl+s")
            time.sleep(1.0)
        screen.picture("3-drawn")
        self._expect(screen.windows("Save"), f"no drawing after {PATIENCE:.0f} s")
        screen.focus("Save")
        screen.press("ctrl+a")
        screen.type(str(result))
        screen.press("Return")
        wait_for("the saved drawing", result.is_file, 60)
        self._look_at(result)
        screen.focus(_TITLE)

    def _live(self, place: Place, screen: Screen) -> None:
        with self._camera(place) as (address, asked):
            screen.press_and_see("ctrl+2")

            def found() -> list[tuple[int, int]]:
                return links(screen.look(), _ACCENT, _BELOW_THE_PICTURE)

            wait_for("the live page with its three links", lambda: len(found()) >= 3, 60)
            screen.picture("4-live-page")
            screen.click(*found()[0])
            wait_for("the dialog for an address", lambda: screen.windows("Network camera"), 20)
            screen.focus("Network camera")
            screen.press("ctrl+a")
            screen.type(address)
            screen.press("Return")
            wait_for("the camera to be asked", lambda: asked() > 0, PATIENCE)
            screen.focus(_TITLE)
            before = asked()
            wait_for("thirty pictures to be taken", lambda: asked() > before + 30, PATIENCE)
            wait_for("the style to be drawn", lambda: "live pictures are drawn" in _diary(place), PATIENCE)
            self._moves(screen)
            screen.picture("5-live")
            port = int(address.split(":")[2].split("/")[0])
            others = {end for end in connections() if end[1] != port and end[1] not in _ports_of(port)}
            self._expect(not others, f"other sockets than the camera's were opened: {others}")
            screen.press("ctrl+1")
            wait_for("the camera to be left alone", lambda: _quiet(asked), 30)

    def _moves(self, screen: Screen) -> None:
        first = screen.look()
        wait_for("a live picture that moves", lambda: np.abs(screen.look().astype(int) - first).mean() > 0.5, PATIENCE)

    @contextmanager
    def _opened(self, place: Place, screen: Screen) -> Iterator[subprocess.Popen[str]]:
        program = place.start(DISPLAY=screen.display)
        try:
            yield program
        finally:
            if program.poll() is None:
                program.kill()
            told = program.communicate()[0]
            if "Traceback" in told:
                self.failed.append(f"window: it told a defect: {told[-1500:]}")

    @contextmanager
    def _camera(self, place: Place) -> Iterator[tuple[str, Any]]:
        from tests.support.mjpeg_server import MjpegServer

        with Image.open(self._photo(place)) as photo:
            still = np.asarray(photo.convert("RGB").resize((720, 720)), dtype=np.uint8)
        wide = np.full((720, 1280, 3), 127, np.uint8)

        def paint(number: int) -> Any:
            shift = 280 + int(120 * np.sin(number / 12))
            frame = wide.copy()
            frame[:, shift : shift + 720] = still
            return frame

        with MjpegServer(paint, fps=15) as server:
            yield server.url, lambda: server.sent

    def _photo(self, place: Place) -> Path:
        photo = place.desk / "me.jpg"
        if not photo.exists():
            photo.write_bytes((place.folder / "_internal" / "resources" / "samples" / "portrait.jpg").read_bytes())
        return photo

    def _look_at(self, path: Path) -> None:
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        self._expect(min(pixels.shape[:2]) >= 200 and pixels.std() > 5, f"{path.name} is not a drawing")


def _diary(place: Place) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in place.home.rglob("animirror.log"))


def _ports_of(port: int) -> set[int]:
    """Return the ports at the near ends of connections to ``port``: the camera's side lists them as far ends."""
    near = set()
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if int(fields[2].split(":")[1], 16) == port:
            near.add(int(fields[1].split(":")[1], 16))
    return near


def _quiet(asked: Any) -> bool:
    before = asked()
    time.sleep(1.5)
    return bool(asked() == before)
