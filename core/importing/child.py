"""What runs in the child process: limits itself, then inspection and trial. It answers in JSON, never in pickles."""

from __future__ import annotations

import os
import threading
from multiprocessing.connection import Connection
from multiprocessing.process import parent_process
from pathlib import Path
from typing import Literal

import numpy as np
import psutil
from pydantic import BaseModel, ConfigDict

from core.errors import AnimirrorError, ModelError
from core.importing.limits import MIB, Limits

_LONGEST_TEXT = 600


class Task(BaseModel):
    """What to look at.

    file: the ONNX file, which the child may rewrite to take in weights that lie in ``folder``.
    portrait_side: in pixels. wishes: :class:`core.importing.trial.Wishes`, as JSON. memory: bytes.
    """

    model_config = ConfigDict(frozen=True)

    file: Path
    folder: Path
    portrait_side: int
    wishes: str
    limits: Limits
    memory: int


class Answer(BaseModel):
    """``text`` is the clause of a refusal, or the JSON of a trial, after which its picture follows as bytes."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["ready", "inspected", "refused", "tried"]
    text: str = ""
    licence: str | None = None


def serve(connection: Connection, task_json: str, portrait: bytes) -> None:
    """Do the task and answer over ``connection``; the entry point of the process."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    task = Task.model_validate_json(task_json)
    # Everything heavy is imported before the limits, which count from there.
    from core.importing import inspection, trial

    def answer(told: Answer) -> None:
        connection.send_bytes(told.model_dump_json().encode())

    _limit_myself(task)
    answer(Answer(kind="ready"))
    try:
        signature = inspection.inspect(task.file, task.folder, task.limits)
        if signature.external:
            _embed(task)
        answer(Answer(kind="inspected"))
        side = task.portrait_side
        face = np.frombuffer(portrait, np.uint8).reshape(side, side, 3)
        wishes = trial.Wishes.model_validate_json(task.wishes)
        tried, drawing = trial.try_out(task.file, signature, face, wishes, task.limits)
    except AnimirrorError as error:
        told = str(error)
        # Names in the file are as long as its maker liked.
        answer(Answer(kind="refused", text=told if len(told) <= _LONGEST_TEXT else f"{told[:_LONGEST_TEXT]}…"))
    except MemoryError:
        answer(Answer(kind="refused", text=out_of_memory(task.memory)))
    else:
        answer(Answer(kind="tried", text=tried.model_dump_json(), licence=signature.licence))
        connection.send_bytes(drawing.tobytes())


def out_of_memory(limit: int) -> str:
    """Return the clause that says so."""
    return f"it needs more memory than the {limit // MIB} MB that a model may use"


def _embed(task: Task) -> None:
    from core.importing import inspection, tensors
    from core.runtime import first_line

    model = inspection.read(task.file, task.limits)
    try:
        tensors.embed(model, task.folder)
    except MemoryError:
        raise
    except Exception as error:  # onnx has rules of its own for them: no hard links, for one
        raise ModelError(f"it cannot be read ({first_line(error)})") from error
    task.file.write_bytes(model.SerializeToString())


def _end_with_parent() -> None:
    """A program that is closed in a hurry does not tell its children."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _limit_myself(task: Task) -> None:
    """Let the system refuse memory and disk beyond the limits. Where it cannot, the parent watches alone."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, most in (
        (resource.RLIMIT_AS, psutil.Process().memory_info().vms + task.memory),
        (resource.RLIMIT_FSIZE, 2 * task.limits.file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except (OSError, ValueError):  # some systems know the name and refuse the number
            continue
