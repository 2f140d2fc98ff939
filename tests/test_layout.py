"""The rooms of the project, and who may import whom."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
QT = {"PySide6", "shiboken6", "PySide2", "PyQt5", "PyQt6"}
TORCH = {"torch", "torchvision", "lightning", "lightning_fabric"}
WORKSHOP = {"training", "export"}
FORBIDDEN = {
    "core": QT | TORCH | WORKSHOP | {"desktop"},
    "desktop": TORCH | WORKSHOP,
    "training": {"desktop"},
    "export": {"desktop"},
}


def imported(source: str) -> Iterator[str]:
    """The top-level names of all modules that a source imports, wherever in it, also by a name in quotes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__") and isinstance(node.args[0].value, str):
                yield node.args[0].value.split(".")[0]


def modules_after_importing(package: str) -> set[str]:
    """The top-level modules in memory once every module of the package was imported in a process of its own."""
    code = """if True:
        import importlib, json, pathlib, sys
        for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
            parts = path.with_suffix("").parts
            if parts[-1] != "__main__":
                importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
        print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
    """
    done = subprocess.run([sys.executable, "-c", code, package], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("name", ["core", "desktop", "training", "export", "resources", "tests"])
def test_every_room_is_there(name: str) -> None:
    assert (ROOT / name).is_dir()


@pytest.mark.parametrize("name", ["pyproject.toml", "build.spec", "dev.py", "constraints.txt", "LICENSE", ".ci/run"])
def test_every_file_of_the_layout_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


@pytest.mark.parametrize("package", FORBIDDEN)
def test_no_source_imports_what_its_room_may_not_know(package: str) -> None:
    sources = sorted((ROOT / package).rglob("*.py"))
    assert sources
    offences = {
        str(path.relative_to(ROOT)): found
        for path in sources
        if (found := FORBIDDEN[package].intersection(imported(path.read_text(encoding="utf-8"))))
    }
    assert offences == {}


@pytest.mark.parametrize("package", ["core", "desktop"])
def test_the_app_in_memory_holds_nothing_its_room_may_not_know(package: str) -> None:
    loaded = modules_after_importing(package)
    assert package in loaded
    assert loaded & FORBIDDEN[package] == set()


@pytest.mark.parametrize(
    "source",
    [
        "import torch.nn",
        "from torch import nn",
        "def late():\n    import os, torch as t",
        "if TYPE_CHECKING:\n    from torch.nn import Module",
        "import importlib\nimportlib.import_module('torch.nn')",
        "__import__('torch')",
    ],
)
def test_the_search_finds_every_way_to_import(source: str) -> None:
    assert "torch" in set(imported(source))


def test_the_search_is_not_taken_in_by_words() -> None:
    assert set(imported('"""import torch"""\nfrom . import torch\nname = "torch"')) == set()
