#!/usr/bin/env python3
"""Runs and tests Animirror, the same way on Windows, macOS and Linux, with nothing but Python's own library.

Every command first sees to `.venv`: it makes it, installs the pinned packages and, on Debian and Ubuntu, the system
libraries that Qt needs. What was done is noted in `.venv`, so that the next call goes straight to work.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

NEEDED: str = "Animirror needs Python 3.11 or newer: install one (python.org has them), then run this with it."
# Older Pythons have to parse this file to say so: its syntax stays at 3.6's. One that is older still stumbles over
# the line above, and so shows it.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(f"{NEEDED} This is Python {sys.version.split()[0]}.")

ROOT = Path(__file__).resolve().parent
WINDOWS = sys.platform == "win32"


class SetupError(Exception):
    """What stopped the set-up and what to do, for the person at the keyboard; `main` prints it."""


class Verb(NamedTuple):
    """One command of this script; each of its steps is a list of arguments for the Python in `.venv`."""

    profiles: list[str]
    window: bool
    about: str
    steps: Callable[[list[str]], list[list[str]]]


def module(name: str) -> Callable[[list[str]], list[list[str]]]:
    """One step: run the module; -P keeps the user's own folder off its import path."""
    return lambda arguments: [["-P", "-m", name, *arguments]]


# The whole suite, file by file on every core; more than four processes would only fill the memory.
ALL_TESTS = ["--numprocesses=logical", "--maxprocesses=4", "--dist=loadfile"]


def script(path: str) -> Callable[[list[str]], list[list[str]]]:
    """One step: run the file."""
    return lambda arguments: [["-P", str(ROOT / path), *arguments]]


def checks(arguments: list[str]) -> list[list[str]]:
    """Every check and then pytest, or pytest alone, in one process, where the caller chose the tests."""
    linters = [["-m", "ruff", "check"], ["-m", "ruff", "format", "--check"], ["-m", "mypy"]]
    return [["-m", "pytest", *arguments]] if arguments else [*linters, ["-m", "pytest", *ALL_TESTS]]


VERBS = {
    "run": Verb(["app"], True, "start the app; arguments are the app's", module("desktop")),
    "test": Verb(["app", "training", "dev"], True, "ruff, mypy and pytest; arguments: only pytest, with them", checks),
    "train": Verb(["app", "training"], False, "train a model", module("training")),
    "export": Verb(["app", "training"], False, "turn a checkpoint into the app's model", module("export")),
    "words": Verb(["app"], False, "bring the translations up to the texts", module("resources.translations")),
    "screenshots": Verb(["app"], False, "take the pictures in docs/screenshots", script("docs/screenshots.py")),
    "package": Verb(["app", "packaging"], False, "make the packaged app in dist; --check tries it", module("bundle")),
}

# What is installed together: "app" is the project's own dependencies, each other name an extra of pyproject.toml.
PROFILES = {
    "app": "the app's packages (0.5 GB to download, 1.1 GB on disk)",
    "training": "the training's packages, torch among them (0.3 GB, on Linux up to 4 GB)",
    "packaging": "PyInstaller",
    "dev": "the test tools",
}

# The libraries that PySide6's own files ask of the system, and the Debian package of each.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    # Newer releases call it libglib2.0-0t64; apt knows it by this name too.
    "libglib-2.0.so.0": "libglib2.0-0",
}
CJK_FONT = "fonts-noto-cjk"


def say(text: str) -> None:
    """Tell the user; standard output stays the app's own."""
    print(text, file=sys.stderr, flush=True)


def python_of(venv: Path) -> Path:
    """The environment's interpreter."""
    return venv / "Scripts" / "python.exe" if WINDOWS else venv / "bin" / "python"


def python_version(venv: Path) -> str:
    """The version that the environment's interpreter gives, such as "3.11.7", or "" where it does not start."""
    code = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
    try:
        done = subprocess.run([str(python_of(venv)), "-I", "-S", "-c", code], capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def onnx_runtimes(venv: Path) -> list[str]:
    """The installed distributions that own the folder `onnxruntime`; more than one break each other."""
    sites = [*venv.glob("lib/python3*/site-packages"), *venv.glob("Lib/site-packages")]
    records = {record.resolve() for site in sites for record in site.glob("onnxruntime*.dist-info/RECORD")}
    owners = [record for record in records if "onnxruntime/__init__.py," in record.read_text(encoding="utf-8")]
    return sorted(record.parent.name.split("-")[0].replace("_", "-") for record in owners)


def has_nvidia_driver() -> bool:
    """Whether an NVIDIA driver is installed, so that the CUDA libraries are worth their gigabytes."""
    traces = ["/proc/driver/nvidia/version", "/usr/lib/wsl/lib/libcuda.so.1", r"C:\Windows\System32\nvcuda.dll"]
    return shutil.which("nvidia-smi") is not None or any(Path(trace).exists() for trace in traces)


def note_of(venv: Path) -> Path:
    """Where it is noted what was done to the environment."""
    return venv / "animirror.json"


def read_note(venv: Path) -> dict[str, Any]:
    """What earlier calls noted; an empty note where there is none that can be read."""
    empty = {"path": "", "python": "", "system": False, "profiles": {}}
    try:
        note = json.loads(note_of(venv).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return empty
    return note if isinstance(note, dict) and note.keys() == empty.keys() else empty


def write_note(venv: Path, note: dict[str, Any]) -> None:
    """Note what was done, all of it or nothing."""
    unfinished = note_of(venv).with_suffix(".part")
    unfinished.write_text(json.dumps(note, indent=2), encoding="utf-8")
    unfinished.replace(note_of(venv))


def fingerprints(root: Path, verb: Verb, version: str) -> dict[str, str]:
    """For each of the verb's profiles, what changes with anything that decides which packages it installs."""
    files = b"".join((root / name).read_bytes() for name in ("pyproject.toml", "constraints.txt"))
    facts = files + repr((version, has_nvidia_driver())).encode()
    return {name: hashlib.sha256(facts + name.encode()).hexdigest() for name in verb.profiles}


def reason_to_rebuild(venv: Path) -> str:
    """Why the environment cannot be used, as a sentence; "" where it can, or where there is none."""
    if not venv.exists():
        return ""
    note, version = read_note(venv), python_version(venv)
    if note["path"] not in ("", str(venv)):
        return "The project was moved or copied, and .venv cannot move with it: it is made anew."
    if not version:
        return "The Python in .venv does not start (an interrupted set-up, or a Python since removed): it is made anew."
    if tuple(map(int, version.split("."))) < (3, 11):
        return f"The Python in .venv is {version}, too old for Animirror: it is made anew."
    if note["python"] and note["python"].split(".")[:2] != version.split(".")[:2]:
        return f"The Python that .venv was made with has become {version}: it is made anew."
    if subprocess.run([str(python_of(venv)), "-I", "-m", "pip", "--version"], capture_output=True).returncode != 0:
        return "There is no pip in .venv, as after an interrupted set-up: it is made anew."
    return ""


def remove(venv: Path) -> None:
    """Delete the environment."""
    try:
        shutil.rmtree(str(venv))
    except OSError as error:
        raise SetupError(
            f"The folder .venv has to be made anew and could not be deleted ({error}). Close the programs "
            "that use it, or delete it by hand, then run the same command again."
        ) from error


def create(venv: Path) -> None:
    """Make an empty environment with the Python that runs this script."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            "This Python cannot make virtual environments. On Debian and Ubuntu, type this once and run the same "
            "command again:\n    sudo apt install python3-venv"
        )
    say(f"Making .venv with Python {sys.version.split()[0]} ...")
    # Where this script runs in the old .venv, the Python that .venv was made with.
    base = getattr(sys, "_base_executable", "") or sys.executable
    done = subprocess.run([base, "-I", "-m", "venv", str(venv)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SetupError(f"Python could not make .venv. What it said:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def pip(root: Path, venv: Path, *arguments: str) -> None:
    """Run the environment's pip quietly, keeping what it says in `.venv/pip.log`."""
    log = venv / "pip.log"
    command = [str(python_of(venv)), "-I", "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    with log.open("wb") as output:
        done = subprocess.run(command, cwd=str(root), stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    if done.returncode != 0:
        tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-15:]
        raise SetupError(
            "\n    ".join(["pip could not do its part. Its last words (all of them are in .venv/pip.log):", *tail])
            + "\nMost often the connection broke or the disk is full: see to that and run the same command again. If "
            "pip found no version that fits, this machine has no such package: Windows x86-64, macOS arm64 and Linux "
            "x86-64 with Python 3.11 to 3.14 have them all."
        )


def install(root: Path, venv: Path, profiles: list[str]) -> None:
    """Install the profiles' packages and the project itself, and leave exactly one ONNX Runtime."""
    import tomllib  # here, since the older Pythons that only read the sentence at the top have none

    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    clash = onnx_runtimes(venv)
    if len(clash) > 1:
        say(f"Two ONNX Runtimes are in .venv and break each other ({', '.join(clash)}): leaving one ...")
        pip(root, venv, "uninstall", "--yes", *clash)
    say(f"Installing {', '.join(PROFILES[name] for name in profiles)}, once ...")
    extras = [name for name in profiles if name != "app"]
    if has_nvidia_driver():
        say("With NVIDIA's CUDA libraries, since there is an NVIDIA driver (1.3 GB more to download) ...")
        extras.append("cuda")
    project = f".[{','.join(extras)}]" if extras else "."
    pip(root, venv, "install", "--constraint", "constraints.txt", "--editable", project)
    pip(root, venv, "install", "--no-deps", *settings["tool"]["animirror"]["without-dependencies"])
    runtimes = onnx_runtimes(venv)
    if len(runtimes) != 1:
        raise SetupError(
            f"Exactly one ONNX Runtime should be in .venv now, and there is: {', '.join(runtimes) or 'none'}. Delete "
            "the folder .venv and run the same command again."
        )


def set_up(root: Path, venv: Path, verb: Verb) -> None:
    """Bring `.venv` to what the verb needs; what a call did not finish is not noted as done."""
    started = time.monotonic()
    reason = reason_to_rebuild(venv)
    if reason:
        say(reason)
        remove(venv)
    if not venv.exists():
        create(venv)
    version = python_version(venv)
    wanted, note = fingerprints(root, verb, version), read_note(venv)
    whole = len(onnx_runtimes(venv)) == 1
    missing = [name for name in wanted if not (whole and note["profiles"].get(name) == wanted[name])]
    others = {name: mark for name, mark in note["profiles"].items() if name not in missing}
    note = {**note, "path": str(venv), "python": version, "profiles": others}
    write_note(venv, note)
    install(root, venv, missing)
    write_note(venv, {**note, "profiles": {**others, **wanted}})
    say(f"Ready after {time.monotonic() - started:.0f} s.")


def ensure(root: Path, verb: Verb) -> Path:
    """The environment's interpreter, with everything that the verb needs in place."""
    venv = root / ".venv"
    note = read_note(venv)
    version = python_version(venv) if note["path"] == str(venv) else ""
    noted = note["profiles"].items() >= fingerprints(root, verb, version).items()
    if not (version and noted and len(onnx_runtimes(venv)) == 1):
        set_up(root, venv, verb)
    if verb.window and not note["system"] and system_is_ready():
        with contextlib.suppress(OSError):  # the app can run from another user's folder too
            write_note(venv, {**read_note(venv), "system": True})
    return python_of(venv)


def missing_libraries() -> list[str]:
    """The libraries of QT_LIBRARIES that this Linux does not have; none where that cannot be told."""
    ldconfig = shutil.which("ldconfig") or shutil.which("ldconfig", path="/sbin:/usr/sbin")
    if ldconfig is None:
        return []
    known = subprocess.run([ldconfig, "-p"], capture_output=True, text=True).stdout.split()
    return [name for name in QT_LIBRARIES if name not in known]


def has_cjk_font() -> bool:
    """Whether Chinese text can be shown, as far as fontconfig or the font we would install tells."""
    lister = shutil.which("fc-list")
    if lister is None:
        return any(Path("/usr/share/fonts").glob("**/NotoSansCJK*"))
    return bool(subprocess.run([lister, ":lang=zh-cn"], capture_output=True).stdout.strip())


def system_is_ready() -> bool:
    """Whether Linux has what Qt needs; as root on Debian and Ubuntu installs it, otherwise says what to type."""
    if not sys.platform.startswith("linux"):
        return True
    libraries = missing_libraries()
    if shutil.which("apt-get") is None:
        if libraries:
            say("The window needs libraries that this system lacks (the command line works without them). Install")
            say("them with the system's package manager: " + ", ".join(libraries))
        return not libraries
    packages = [QT_LIBRARIES[name] for name in libraries] + ([] if has_cjk_font() else [CJK_FONT])
    if not packages:
        return True
    line = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    root = os.geteuid() == 0
    if root:
        say(f"Installing system packages for the window: {' '.join(packages)} ...")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], env=quiet, stdin=subprocess.DEVNULL, capture_output=True)
        done = subprocess.run(line, env=quiet, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode == 0:
            return True
        say(f"apt-get could not: {done.stderr.strip()[-1000:]}")
    say("The window needs system packages (the command line works without them). Type this once:")
    say(f"    {'' if root else 'sudo '}{' '.join(line)}")
    return not libraries


def wait_for(command: list[str], folder: Path | None = None) -> int:
    """Run a command to its end and return its exit code; Ctrl-C reaches it too, and it ends in its own way."""
    process = subprocess.Popen(command, cwd=folder)
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            return process.wait()


def carry_out(root: Path, python: Path, steps: list[list[str]]) -> int:
    """Run the steps and return the exit code; a single one replaces this process where the system can do that."""
    commands = [[str(python), *step] for step in steps]
    if len(commands) == 1 and not WINDOWS:
        os.execv(commands[0][0], commands[0])
    if len(commands) == 1:
        return wait_for(commands[0])
    failed = []
    for command in commands[:-1]:
        say(f"--- {' '.join(command[2:])}")
        if wait_for(command, root) != 0:
            failed.append(" ".join(command[2:]))
    if failed:
        say(f"--- Fault was found by: {', '.join(failed)}. The tests still run, and this call counts as failed.")
    say(f"--- {' '.join(commands[-1][2:])}")
    return wait_for(commands[-1], root) or int(bool(failed))


def usage() -> str:
    """What can be typed."""
    verbs = "\n".join(f"    python dev.py {name:<12}{verb.about}" for name, verb in VERBS.items())
    return f"Usage:\n{verbs}\nThe first call makes .venv and installs everything; later calls start at once."


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Carry out one command line and return its exit code."""
    if not arguments or arguments[0] not in VERBS:
        asked = arguments[:1] in (["help"], ["-h"], ["--help"])
        print(usage(), file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    verb = VERBS[arguments[0]]
    try:
        return carry_out(root, ensure(root, verb), verb.steps(arguments[1:]))
    except SetupError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(f"This cannot go on: {error}. Is the project's folder yours to write in, and is there room on the disk?")
        return 1
    except KeyboardInterrupt:
        say("Stopped. The same command takes up where this one left off.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
