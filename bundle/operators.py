"""Puts a table of ONNX's operations in the place of onnx's part in C++, see native/onnx_cpp2py_export.py."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from bundle.contents import Entry

MODULE = "onnx.onnx_cpp2py_export"
TABLE = "operators.json"
_STAND_IN = Path(__file__).parent / "native" / "onnx_cpp2py_export.py"


def write(folder: Path) -> Path:
    """Write stand-in and table into ``folder``, from the onnx that is installed; return the former."""
    import onnx.defs
    from onnx import onnx_cpp2py_export

    folder.mkdir(parents=True, exist_ok=True)
    operators: dict[str, dict[str, int]] = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        known = operators.setdefault(schema.domain, {})
        known[schema.name] = min(schema.since_version, known.get(schema.name, schema.since_version))
    table = {"versions": onnx_cpp2py_export.defs.schema_version_map(), "operators": operators}
    (folder / TABLE).write_text(json.dumps(table), encoding="utf-8")
    return Path(shutil.copyfile(_STAND_IN, folder / _STAND_IN.name))


def without_native(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries without onnx's part in C++."""
    return [entry for entry in entries if not entry[0].replace("\\", "/").startswith("onnx/onnx_cpp2py_export")]
