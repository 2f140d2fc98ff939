"""``python -m export.one_run TASK``: draw once in a process of its own and print its peak memory in bytes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from core.contract import Contract
from core.peak import peak_memory
from core.runtime import Device, built_in_providers, open_session


def main(task_json: str) -> int:
    """Do the task: ``{"path", "side", "contract", "threads"}``, or without a path nothing but getting ready."""
    task = json.loads(task_json)
    built_in_providers()  # imports ONNX Runtime
    if "path" in task:
        contract = Contract.model_validate(task["contract"])
        session = open_session(Path(task["path"]), Device.CPU, task["threads"])
        batch = contract.pack(np.zeros((1, task["side"], task["side"], 3), np.uint8))
        session.run([contract.output], {contract.input: batch})
    print(peak_memory())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
