"""The processes of one run: what one does for all, and failures that are told once and end every process."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar, cast

import torch
from lightning_fabric import Fabric

from core.errors import AnimirrorError
from training.errors import AlreadyToldError, OutOfMemoryError

Result = TypeVar("Result")
#: gloo raises a plain RuntimeError with one of these when another process is gone.
_PHRASES = ("connection closed by peer", "connection reset by peer", "gloo")


def in_every_process(fabric: Fabric, work: Callable[[], int]) -> int:
    """Do ``work`` in a process of a launched ``fabric``; return the exit code.

    That of the first process counts for the run. The others' is 0 unless they fail by themselves: Fabric kills the
    first process when another one ends with a failure, even one that the first is about to tell.
    """
    try:
        code = work()
    except AlreadyToldError:
        code = 1
    finally:
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()
    return code if fabric.is_global_zero else 0


def by_the_first(fabric: Fabric, work: Callable[[], Result]) -> Result:
    """Let the first process do ``work`` and return its result in all.

    What it raises, it raises there; the others raise AlreadyToldError, instead of waiting for a process that is gone.
    """
    if fabric.world_size == 1:
        return work()
    outcome: Result | None = None
    failure: Exception | None = None
    if fabric.is_global_zero:
        try:
            outcome = work()
        except Exception as error:
            failure = error
    result, failed = fabric.broadcast((outcome, failure is not None))
    if failure is not None:
        raise failure
    if failed:
        raise AlreadyToldError
    return cast(Result, result)


@contextlib.contextmanager
def told_by_the_first(fabric: Fabric) -> Iterator[None]:
    """Silence the other processes where all of them fail alike; memory may run out in one alone."""
    try:
        yield
    except OutOfMemoryError:
        raise
    except AnimirrorError as error:
        if fabric.is_global_zero:
            raise
        raise AlreadyToldError from error


@contextlib.contextmanager
def lost_processes_told(fabric: Fabric) -> Iterator[None]:
    """Turn the failure to reach a process that has ended into an AlreadyToldError: that process said why."""
    try:
        yield
    except RuntimeError as error:
        lost = isinstance(error, torch.distributed.DistError) or any(
            phrase in str(error).lower() for phrase in _PHRASES
        )
        if fabric.world_size == 1 or not lost:
            raise
        raise AlreadyToldError from error
