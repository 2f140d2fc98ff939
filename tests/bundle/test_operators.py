"""The stand-in for onnx's part in C++."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import onnx.defs
import pytest

from bundle import operators


def test_the_stand_in_knows_the_operations_that_onnx_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = operators.write(tmp_path)
    spec = importlib.util.spec_from_file_location("elsewhere.onnx_cpp2py_export", file)
    assert spec is not None and spec.loader is not None
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    stand_in = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(stand_in)
    newest = onnx.defs.onnx_opset_version()
    assert stand_in.schema_version_map()[""][1] == newest
    for name, domain in {(schema.name, schema.domain) for schema in onnx.defs.get_all_schemas_with_history()}:
        assert stand_in.has_schema(name, domain)
        for version in range(1, newest + 1):
            known = onnx.defs.has(name, version, domain)
            assert stand_in.has_schema(name, version, domain) == known, (name, domain, version)
    assert not stand_in.has_schema("Relu", "made.up") and not stand_in.has_schema("NoSuchThing", newest)
    with pytest.raises(NotImplementedError, match="check_model"):
        stand_in.checker.check_model(b"")


def test_only_the_part_in_c_is_replaced() -> None:
    entries = [
        ("onnx/onnx_cpp2py_export.cpython-311-x86_64-linux-gnu.so", "/a", "EXTENSION"),
        (r"onnx\onnx_cpp2py_export.pyd", "/b", "EXTENSION"),
        ("onnx/other.so", "/c", "EXTENSION"),
    ]
    assert operators.without_native(entries) == entries[2:]
