"""The pinned versions, the one ONNX Runtime, and the command that CI types."""

import importlib.metadata
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import dev

ROOT = Path(__file__).resolve().parent.parent


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pairs}


def test_every_dependency_is_pinned() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [
        *settings["project"]["dependencies"],
        *(line for extra in settings["project"]["optional-dependencies"].values() for line in extra),
        *settings["tool"]["animirror"]["without-dependencies"],
        *settings["build-system"]["requires"],
    ]
    pinned = pins()
    for requirement in map(Requirement, named):
        assert canonicalize_name(requirement.name) in pinned
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)])


def test_what_is_installed_here_is_what_is_pinned() -> None:
    installed = {canonicalize_name(found.name): found.version for found in importlib.metadata.distributions()}
    pinned = pins()
    different = {
        name: (version, pinned[name])
        for name, version in installed.items()
        if name in pinned and version.split("+")[0] != pinned[name]
    }
    assert different == {}


@pytest.mark.parametrize(
    ("system", "machine", "expected"),
    [
        ("linux", "x86_64", "onnxruntime-gpu"),
        ("win32", "AMD64", "onnxruntime-gpu"),
        ("darwin", "arm64", "onnxruntime"),
        ("linux", "aarch64", "onnxruntime"),
        ("win32", "ARM64", "onnxruntime"),
    ],
)
def test_every_machine_gets_exactly_one_onnx_runtime(system: str, machine: str, expected: str) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    place = {"sys_platform": system, "platform_machine": machine}
    wanted = [
        requirement.name
        for requirement in map(Requirement, settings["project"]["dependencies"])
        if requirement.name.startswith("onnxruntime") and (not requirement.marker or requirement.marker.evaluate(place))
    ]
    assert wanted == [expected]


def test_this_environment_has_exactly_one_onnx_runtime() -> None:
    assert len(dev.onnx_runtimes(Path(sys.prefix))) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no bash")
def test_ci_runs_the_same_command(tmp_path: Path) -> None:
    python = tmp_path / "python3"
    python.write_text('#!/bin/sh\n[ "$1" = -c ] || echo "$PWD $@"\n')
    python.chmod(0o755)
    bash = shutil.which("bash") or "/bin/bash"
    done = subprocess.run([bash, ".ci/run"], cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.stdout == f"{ROOT} dev.py test\n"
    python.unlink()
    done = subprocess.run([bash, ".ci/run"], cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "No Python 3.11 or newer" in done.stderr
