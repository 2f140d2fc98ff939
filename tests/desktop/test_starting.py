"""The command ``animirror``, and the ends of the program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from core import __version__
from desktop import display
from desktop.application import Defects
from desktop.dialogs.about import AboutDialog
from desktop.dialogs.defect import DefectDialog
from desktop.main import main
from desktop.work.messages import ModelEntry
from tests.conftest import ROOT

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")


def _run(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in _DISPLAY}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


_DISPLAY = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}


@LINUX
@pytest.mark.parametrize("arguments", [[], ["photo.jpg"]])
def test_without_a_display_it_says_so_in_one_line(arguments: list[str]) -> None:
    done = _run(["-m", "desktop", *arguments])
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "There is no display here. Convert on the command line instead: animirror convert PHOTO --out FOLDER\n"
    )


@LINUX
@pytest.mark.parametrize("server", [{"DISPLAY": ":4711"}, {"WAYLAND_DISPLAY": "wayland-4711"}])
def test_a_display_that_does_not_answer_is_told_too(server: dict[str, str]) -> None:
    done = _run(["-m", "desktop"], **server)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "does not answer" in done.stderr
    assert "animirror convert PHOTO --out FOLDER" in done.stderr


def test_verbs_go_to_the_command_line_without_qt() -> None:
    code = (
        "import sys; from desktop.main import main; code = main(['models', '--json']);"
        "assert not [name for name in sys.modules if name.startswith('PySide6')]; sys.exit(code)"
    )
    assert _run(["-c", code]).returncode == 0


def test_help_and_version_need_no_display(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in ((["--version"], __version__), (["--help"], "convert")):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        assert words in capsys.readouterr().out


def test_an_unknown_option_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--nonsense"])
    assert ended.value.code == 2
    assert "--nonsense" in capsys.readouterr().err


def test_the_window_is_painted_before_anything_heavy_is_imported() -> None:
    code = (
        "import sys, desktop.application;"
        "heavy = {'cv2', 'onnxruntime', 'insightface', 'scipy', 'skimage', 'torch', 'training', 'export', 'PIL'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = _run(["-c", code])
    assert done.returncode == 0, done.stderr


_CLOSES_ITSELF = """if True:
    import atexit, os, sys
    from pathlib import Path
    from PySide6.QtCore import QTimer
    import desktop.application as program
    from tests.support.clock import own_seconds

    make = program.make_application

    def close(application):
        begun, leave = own_seconds(), os._exit
        tell = lambda: print(own_seconds() - begun, flush=True)
        # One of the two: when every thread that holds the program up has ended, or instead of waiting for one.
        atexit.register(tell)
        os._exit = lambda code: (tell(), leave(code))
        application.closeAllWindows()

    def made(arguments):
        application = make(arguments)
        timer = QTimer(application, singleShot=True, interval=int(sys.argv[1]))
        timer.timeout.connect(lambda: close(application))
        timer.start()
        return application

    program.make_application = made
    sys.exit(program.run([Path(name) for name in sys.argv[2:]]))
"""


@pytest.mark.parametrize("after", ["50", "700", "2500"])
def test_the_program_ends_within_two_seconds_of_closing(after: str, group_photo: Path) -> None:
    done = _run(["-c", _CLOSES_ITSELF, after, str(group_photo)], QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert float(done.stdout.split()[0]) < 2.0


def test_paths_into_cv2_are_dropped_and_others_kept() -> None:
    environment = {
        "QT_QPA_PLATFORM_PLUGIN_PATH": "/somewhere/site-packages/cv2/qt/plugins",
        "QT_QPA_FONTDIR": "/usr/share/fonts",
    }
    display.forget_foreign_qt(environment)
    assert environment == {"QT_QPA_FONTDIR": "/usr/share/fonts"}


def test_qt_does_not_use_up_the_references_to_none(qapp: QApplication) -> None:
    """PySide6 6.12.0 did on Python 3.11, and aborted the program after some thousand calls."""
    button = QPushButton()
    before = sys.getrefcount(None)
    for _ in range(1000):
        button.click()
    assert sys.getrefcount(None) > before - 500


def test_an_uncaught_exception_is_shown_with_details_to_copy(qtbot: QtBot, capsys: pytest.CaptureFixture[str]) -> None:
    defects = Defects()
    try:
        raise ZeroDivisionError("nobody foresaw this")
    except ZeroDivisionError as error:
        defects.hook(type(error), error, error.__traceback__)
    (dialog,) = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, DefectDialog)]
    qtbot.addWidget(dialog)
    assert dialog.isVisible()
    dialog.copy_button.click()
    copied = QGuiApplication.clipboard().text()
    assert f"Animirror {__version__}" in copied
    assert "ZeroDivisionError: nobody foresaw this" in copied
    assert "nobody foresaw this" in capsys.readouterr().err
    dialog.close()


def test_the_licences_can_be_read(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QLabel

    dialog = AboutDialog([ModelEntry("ink", "Ink", "line art", "For research only.")])
    qtbot.addWidget(dialog)
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "For research only." in words
    assert "non-commercial research" in words


def test_the_program_measures_its_own_start(tmp_path: Path) -> None:
    done = _run(["-m", "desktop", "--startup-time"], QT_QPA_PLATFORM="offscreen", HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert 0.1 < told["of_which_computing"] <= told["seconds_to_window"] < 120


def test_a_process_is_as_old_as_the_time_that_it_took() -> None:
    code = "import time; time.sleep(0.5); from desktop.startup import process_age; print(process_age())"
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    took = time.monotonic() - began
    # Elsewhere than on Linux the system tells it in whole seconds.
    slack = 0.05 if sys.platform == "linux" else 1.0
    assert 0.5 - slack <= float(done.stdout) <= took + slack
