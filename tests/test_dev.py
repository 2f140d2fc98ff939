"""dev.py against real interpreters and processes; only pip and the drivers are stood in for."""

import ast
import importlib.util
import json
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import dev

ROOT = Path(__file__).resolve().parent.parent
RUN, TEST = dev.VERBS["run"], dev.VERBS["test"]
HAS_NVIDIA_DRIVER = dev.has_nvidia_driver
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no exec")

# Stands in for pip inside the environment: notes what it was asked for, and leaves the traces of ONNX Runtime.
FAKE_PIP = """
import json, pathlib, shutil, sys
site = pathlib.Path(__file__).resolve().parent.parent
verb, arguments = sys.argv[1], sys.argv[2:]
with (site / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
if verb != "--version" and (site / "broken-connection").exists():
    sys.exit("ERROR: the connection broke")
if verb == "uninstall":
    for name in ("onnxruntime", "onnxruntime_gpu"):
        shutil.rmtree(site / (name + "-1.31.1.dist-info"), ignore_errors=True)
if "--editable" in arguments:
    (site / "onnxruntime_gpu-1.31.1.dist-info").mkdir(exist_ok=True)
    (site / "onnxruntime_gpu-1.31.1.dist-info" / "RECORD").write_text("onnxruntime/__init__.py,sha256=,1\\n")
"""


class Project:
    """A toy project with a folder name that is hard on scripts."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"

    @property
    def site(self) -> Path:
        return next(iter([*self.venv.glob("lib/python3*/site-packages"), *self.venv.glob("Lib/site-packages")]))

    def take_calls(self) -> list[list[str]]:
        """What pip was asked to do since the last look, without the options that are always the same."""
        log = self.site / "calls.jsonl"
        if not log.exists():
            return []
        calls = [json.loads(line) for line in log.read_text().splitlines()]
        log.unlink()
        return [
            [word for word in call if word not in ("--constraint", "constraints.txt", "--quiet")][:-1]
            for call in calls
            if call != ["--version"]
        ]

    def break_connection(self, broken: bool) -> None:
        mark = self.site / "broken-connection"
        mark.touch() if broken else mark.unlink()


def create_without_download(venv: Path) -> None:
    subprocess.run([sys.executable, "-I", "-m", "venv", "--without-pip", str(venv)], check=True)
    pip = Project(venv.parent).site / "pip"
    pip.mkdir()
    (pip / "__init__.py").touch()
    (pip / "__main__.py").write_text(FAKE_PIP)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    root = tmp_path / "Jürgen's Bilder 顔"
    root.mkdir()
    (root / "pyproject.toml").write_text('[tool.animirror]\nwithout-dependencies = ["insightface==2.1"]\n')
    (root / "constraints.txt").write_text("numpy==2.4.6\n")
    monkeypatch.setattr(dev, "create", create_without_download)
    monkeypatch.setattr(dev, "system_is_ready", lambda: True)
    monkeypatch.setattr(dev, "has_nvidia_driver", lambda: False)
    monkeypatch.setattr(dev, "carry_out", lambda *_: pytest.fail("the app was started"))
    return Project(root)


def add_distribution(project: Project, name: str, record: str) -> None:
    folder = project.site / f"{name}-1.31.1.dist-info"
    folder.mkdir()
    (folder / "RECORD").write_text(record)


# --- Setting up -----------------------------------------------------------------------------------------------


def test_the_first_call_installs_and_the_second_does_not(project: Project) -> None:
    python = dev.ensure(project.root, RUN)
    assert project.take_calls() == [["install", "--editable", "."], ["install", "--no-deps", "insightface==2.1"]]
    assert subprocess.run([python, "-c", "import sys; print(sys.prefix)"], check=True).returncode == 0

    assert dev.ensure(project.root, RUN) == python
    assert project.take_calls() == []


def test_test_adds_what_only_it_needs_and_leaves_run_ready(project: Project) -> None:
    dev.ensure(project.root, RUN)
    project.take_calls()

    dev.ensure(project.root, TEST)
    assert project.take_calls()[0] == ["install", "--editable", ".[training,dev]"]

    dev.ensure(project.root, RUN)
    dev.ensure(project.root, dev.VERBS["train"])
    assert project.take_calls() == []


def test_changed_pins_are_installed(project: Project) -> None:
    dev.ensure(project.root, RUN)
    project.take_calls()
    (project.root / "constraints.txt").write_text("numpy==2.5.0\n")
    dev.ensure(project.root, RUN)
    assert project.take_calls()[0] == ["install", "--editable", "."]


def test_the_cuda_libraries_come_only_with_a_driver(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    dev.ensure(project.root, RUN)
    project.take_calls()
    monkeypatch.setattr(dev, "has_nvidia_driver", lambda: True)
    dev.ensure(project.root, RUN)
    assert project.take_calls()[0] == ["install", "--editable", ".[cuda]"]


def test_a_failed_install_is_told_and_taken_up_again(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    create_without_download(project.venv)
    project.break_connection(True)
    assert dev.main(["run"], project.root) == 1
    told = capsys.readouterr().err
    assert "ERROR: the connection broke" in told
    assert "run the same command again" in told
    assert dev.read_note(project.venv)["profiles"] == {}

    project.break_connection(False)
    project.take_calls()
    dev.ensure(project.root, RUN)
    assert len(project.take_calls()) == 2


def test_an_interrupted_install_is_not_noted_as_done(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    dev.ensure(project.root, RUN)
    pins = (project.root / "constraints.txt").read_text()
    (project.root / "constraints.txt").write_text("numpy==2.5.0\n")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(dev, "pip", interrupt)
        assert dev.main(["run"], project.root) == 130
    assert dev.read_note(project.venv)["profiles"] == {}

    (project.root / "constraints.txt").write_text(pins)
    project.take_calls()
    dev.ensure(project.root, RUN)
    assert len(project.take_calls()) == 2


def test_a_folder_that_cannot_be_written_is_told(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "animirror.part")

    monkeypatch.setattr(dev, "write_note", refuse)
    assert dev.main(["run"], project.root) == 1
    assert "Permission denied: 'animirror.part'. Is the project's folder yours" in capsys.readouterr().err


def remove_interpreter(project: Project) -> None:
    dev.python_of(project.venv).unlink()


def remove_pip(project: Project) -> None:
    shutil.rmtree(project.site / "pip")


def pretend_another_python(project: Project) -> None:
    dev.write_note(project.venv, {**dev.read_note(project.venv), "python": "3.99.0"})


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (remove_interpreter, "does not start"),
        (remove_pip, "no pip in .venv"),
        (pretend_another_python, "has become"),
    ],
)
def test_a_broken_environment_is_made_anew(
    project: Project, capsys: pytest.CaptureFixture[str], damage: Callable[[Project], None], told: str
) -> None:
    dev.ensure(project.root, RUN)
    damage(project)
    (project.root / "constraints.txt").write_text("numpy==2.5.0\n")
    dev.ensure(project.root, RUN)
    assert told in capsys.readouterr().err
    assert dev.python_version(project.venv)


def test_a_moved_environment_is_made_anew(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    dev.ensure(project.root, RUN)
    moved = Project(project.root.with_name("moved"))
    project.root.rename(moved.root)
    dev.ensure(moved.root, RUN)
    assert "was moved or copied" in capsys.readouterr().err
    assert dev.read_note(moved.venv)["path"] == str(moved.venv)


def test_an_old_environment_is_made_anew(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.venv.mkdir()
    monkeypatch.setattr(dev, "python_version", lambda venv: "3.9.2")
    assert "3.9.2, too old" in dev.reason_to_rebuild(project.venv)


def test_no_environment_is_no_reason_to_rebuild(tmp_path: Path) -> None:
    assert dev.reason_to_rebuild(tmp_path / ".venv") == ""


def test_an_unreadable_note_counts_as_none(project: Project) -> None:
    dev.ensure(project.root, RUN)
    project.take_calls()
    dev.note_of(project.venv).write_text('{"profiles": ')
    dev.ensure(project.root, RUN)
    assert len(project.take_calls()) == 2


def test_a_python_without_venv_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(dev.SetupError, match="apt install python3-venv"):
        dev.create(tmp_path / ".venv")
    assert not (tmp_path / ".venv").exists()


# --- ONNX Runtime ---------------------------------------------------------------------------------------------


def test_a_second_onnx_runtime_is_noticed_and_one_is_left(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    dev.ensure(project.root, RUN)
    project.take_calls()
    add_distribution(project, "onnxruntime", "onnxruntime/__init__.py,sha256=,1\n")

    dev.ensure(project.root, RUN)
    assert "(onnxruntime, onnxruntime-gpu)" in capsys.readouterr().err
    assert project.take_calls()[:2] == [
        ["uninstall", "--yes", "onnxruntime", "onnxruntime-gpu"],
        ["install", "--editable", "."],
    ]
    assert dev.onnx_runtimes(project.venv) == ["onnxruntime-gpu"]


def test_a_package_that_only_sounds_like_it_is_left_alone(project: Project) -> None:
    dev.ensure(project.root, RUN)
    add_distribution(project, "onnxruntime_genai", "onnxruntime_genai/__init__.py,sha256=,1\n")
    assert dev.onnx_runtimes(project.venv) == ["onnxruntime-gpu"]


# --- Doing the job --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["launch"], ["--quick"]])
def test_an_unknown_verb_shows_what_can_be_typed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert all(f"python dev.py {verb}" in told.err for verb in dev.VERBS)


def test_help_is_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["--help"]) == 0
    assert "python dev.py run" in capsys.readouterr().out


def test_test_runs_every_check_and_pytest_last() -> None:
    assert [step[1] for step in TEST.steps([])] == ["ruff", "ruff", "mypy", "pytest"]
    assert TEST.steps([])[-1][2:] == dev.ALL_TESTS
    assert TEST.steps(["-k", "layout"]) == [["-m", "pytest", "-k", "layout"]]


@pytest.mark.parametrize(("codes", "expected"), [([0, 0], 0), ([3, 0], 1), ([0, 5], 5), ([3, 5], 5)])
def test_every_step_runs_and_any_fault_counts(tmp_path: Path, codes: list[int], expected: int) -> None:
    steps = [["-c", f"open('step{number}', 'w'); raise SystemExit({code})"] for number, code in enumerate(codes)]
    assert dev.carry_out(tmp_path, Path(sys.executable), steps) == expected
    assert len(list(tmp_path.iterdir())) == len(codes)


def test_ctrl_c_waits_for_the_app_to_end_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    presses = [KeyboardInterrupt()]

    def wait() -> int:
        if presses:
            raise presses.pop()
        return 3

    monkeypatch.setattr(subprocess, "Popen", lambda command, cwd: SimpleNamespace(wait=wait))
    assert dev.wait_for(["app"]) == 3


@pytest.fixture
def command(project: Project, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What to type to run the toy project's app, `desktop/__main__.py`; it is set up already."""
    monkeypatch.delenv("PYTHONPATH", raising=False)  # it may name this repository, which has a `desktop` of its own
    monkeypatch.setattr(dev, "has_nvidia_driver", HAS_NVIDIA_DRIVER)  # as the process will find it
    dev.ensure(project.root, RUN)
    shutil.copy(ROOT / "dev.py", project.root)
    (project.root / "desktop").mkdir()
    (project.root / "desktop" / "__main__.py").touch()
    (project.site / "desktop.pth").write_text("import sys; sys.path.append(sys.prefix + '/..')\n")
    return [sys.executable, str(project.root / "dev.py"), "run"]


def test_run_hands_over_arguments_folder_and_exit_code(project: Project, command: list[str], tmp_path: Path) -> None:
    app = "import os, sys, json; print(json.dumps([os.getcwd(), sys.argv[1:], sys.prefix])); sys.exit(7)"
    (project.root / "desktop" / "__main__.py").write_text(app)
    (tmp_path / "desktop").mkdir()  # a folder of the user's that must not be taken for the app

    done = subprocess.run([*command, "--size", "a b", "顔"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    assert json.loads(done.stdout) == [str(tmp_path), ["--size", "a b", "顔"], str(project.venv)]
    assert done.stderr == ""


@on_posix
def test_the_second_call_costs_less_than_a_second(command: list[str]) -> None:
    import resource

    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before = spent()
    subprocess.run(command, check=True)
    assert spent() - before < 1.0


@on_posix
def test_run_leaves_no_process_of_its_own(project: Project, command: list[str]) -> None:
    (project.root / "desktop" / "__main__.py").write_text("import os; print(os.getpid())")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert int(process.communicate()[0]) == process.pid


# --- Older Pythons --------------------------------------------------------------------------------------------


def test_the_syntax_is_one_that_older_pythons_read() -> None:
    ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_an_older_python_says_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer"):
        runpy.run_path(str(ROOT / "dev.py"), run_name="__main__")


@pytest.mark.parametrize("name", ["python2.7", "python3.8", "python3.9", "python3.10"])
def test_a_real_older_python_says_so_too(name: str) -> None:
    try:
        done = subprocess.run([name, str(ROOT / "dev.py"), "run"], capture_output=True, text=True, check=False)
    except OSError:
        pytest.skip(f"there is no {name} here")
    if done.returncode == 127:
        pytest.skip(f"{name} is a launcher without a Python behind it")
    assert done.returncode == 1
    assert "Animirror needs Python 3.11 or newer" in done.stderr
