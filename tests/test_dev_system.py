"""What dev.py does about the system libraries that Qt needs, on stand-ins for Debian and others."""

import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

import dev

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux is asked for its libraries")


class System:
    """A Linux with some libraries, fonts and commands, that notes what is done to it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.libraries = set(dev.QT_LIBRARIES)
        self.fonts = "NotoSansCJK-Regular.ttc"
        self.commands = {"ldconfig", "fc-list", "apt-get"}
        self.apt_code = 0
        self.user = 1000
        self.done: list[list[str]] = []
        monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/bin/{name}" if name in self.commands else None)
        monkeypatch.setattr(subprocess, "run", self.run)
        monkeypatch.setattr(os, "geteuid", lambda: self.user, raising=False)

    def run(self, command: list[str], **_: object) -> object:
        name = command[0].split("/")[-1]
        if name == "ldconfig":
            lines = [f"\t{library} (libc6,x86-64) => /lib/{library}" for library in sorted(self.libraries)]
            return SimpleNamespace(stdout="\n".join(lines), returncode=0)
        if name == "fc-list":
            return SimpleNamespace(stdout=self.fonts.encode(), returncode=0)
        self.done.append(command)
        return SimpleNamespace(stdout="", stderr="E: Unable to fetch", returncode=self.apt_code)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    return System(monkeypatch)


APT_LINE = ["apt-get", "install", "--yes", "--no-install-recommends"]


def test_a_complete_system_is_left_alone(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.system_is_ready()
    assert system.done == []
    assert capsys.readouterr().err == ""


def test_root_installs_what_is_missing(system: System) -> None:
    system.libraries -= {"libEGL.so.1", "libxcb-cursor.so.0"}
    system.fonts = ""
    system.user = 0
    assert dev.system_is_ready()
    assert system.done == [["apt-get", "update"], [*APT_LINE, "libegl1", "libxcb-cursor0", "fonts-noto-cjk"]]


def test_anyone_else_is_told_the_line_to_type(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    system.libraries -= {"libEGL.so.1"}
    assert not dev.system_is_ready()
    assert system.done == []
    assert "    sudo apt-get install --yes --no-install-recommends libegl1\n" in capsys.readouterr().err


def test_a_failing_apt_is_told_with_the_line(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    system.libraries -= {"libGL.so.1"}
    system.user = 0
    system.apt_code = 100
    assert not dev.system_is_ready()
    told = capsys.readouterr().err
    assert "E: Unable to fetch" in told
    assert "    apt-get install --yes --no-install-recommends libgl1\n" in told


def test_a_system_without_apt_is_told_the_libraries(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    system.libraries -= {"libEGL.so.1"}
    system.fonts = ""
    system.commands -= {"apt-get"}
    assert not dev.system_is_ready()
    assert "libEGL.so.1" in capsys.readouterr().err


def test_a_missing_font_is_told_only_once(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    system.fonts = ""
    assert dev.system_is_ready()  # so that it is noted, and no later call looks again
    assert "fonts-noto-cjk" in capsys.readouterr().err


def test_a_system_that_cannot_be_asked_is_trusted(system: System) -> None:
    system.libraries.clear()
    system.commands -= {"ldconfig"}
    assert dev.system_is_ready()
