"""Generators that others published, to measure against and to add in tests: fetched when wanted, never shipped."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from export.peers import PEERS
from training.weights import WeightsError, fetch


@cache
def peer(name: str) -> Path:
    """Return the file of AnimeGANv3's generator ``name``; skips the test, with the reason, where it cannot be had."""
    try:
        return fetch(PEERS[name])
    except WeightsError as error:
        pytest.skip(f"AnimeGANv3's files cannot be had here: {error}")
