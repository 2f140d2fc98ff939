"""Stands in for onnx's part in C++ (7 MB) in the packaged application, which asks it only which operations there are.

They are in ``operators.json`` beside this file, which ``bundle/operators.py`` writes. Models are read by protobuf
alone; whoever asks for more (checking, inferring shapes, converting) is told that it is not here.
"""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

ONNX_ML = True

#: ``versions``: domain -> its first and newest version. ``operators``: domain -> operation -> the version it came with.
_TABLE: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "operators.json").read_text(encoding="utf-8"))


def has_schema(op_type: str, *given: str | int, domain: str = "", max_inclusive_version: int = sys.maxsize) -> bool:
    """Tell whether there is an operation: ``(op_type, domain)`` or ``(op_type, max_inclusive_version, domain)``."""
    for one in given:
        if isinstance(one, str):
            domain = one
        else:
            max_inclusive_version = one
    came_with: int | None = _TABLE["operators"].get(domain, {}).get(op_type)
    return came_with is not None and came_with <= max_inclusive_version


def schema_version_map() -> dict[str, tuple[int, int]]:
    """Return the first and the newest version of each domain."""
    return {domain: (first, newest) for domain, (first, newest) in _TABLE["versions"].items()}


class _Absent(type):
    """Makes classes that hold whatever class they are asked for."""

    def __getattr__(cls, name: str) -> "_Absent":
        if name.startswith("__"):
            raise AttributeError(name)
        inner = _Absent(name, (), {})
        setattr(cls, name, inner)
        return inner


class _Part(ModuleType):
    """A part of onnx that is not here: its classes can be named and made, its functions cannot be called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name.endswith("Error"):
            return type(name, (Exception,), {})
        if name[0].isupper():
            return _Absent(name, (), {})

        def refuse(*_given: object, **_named: object) -> NoReturn:
            raise NotImplementedError(f"The packaged application has no part of onnx that does this: {name}.")

        return refuse


for _name in ("checker", "defs", "inliner", "parser", "printer", "shape_inference", "version_converter"):
    _part = _Part(f"{__name__}.{_name}")
    globals()[_name] = sys.modules[_part.__name__] = _part
sys.modules[f"{__name__}.defs"].__dict__.update(has_schema=has_schema, schema_version_map=schema_version_map)
