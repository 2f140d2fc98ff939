"""The connection to a network camera, which another thread may cut at any moment."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable
from typing import Any

import requests
import requests.adapters


class Line:
    """Keeps hold of the connection from before the first byte is sent.

    The limits of :mod:`requests` begin anew with every byte that arrives, so a server that drips could hold its caller
    for ever. One thread opens and closes it; any may cut it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []
        self._cut = False

    @property
    def is_cut(self) -> bool:
        """Whether it was cut since it was closed last."""
        return self._cut

    def session(self) -> requests.Session:
        """Return a session that goes straight to the address, without a proxy, over connections that can be cut."""
        session = requests.Session()
        session.trust_env = False
        adapter = _Adapter(self._hold)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session

    def cut(self) -> None:
        """End whatever waits for the other side; connections that are only being made are cut as soon as they are."""
        with self._lock:
            self._cut = True
            for held in self._held:
                _shut(held)

    def waiting(self, most: int) -> int:
        """Return how many bytes of the latest connection have arrived and were not read yet, counted up to ``most``."""
        with self._lock, contextlib.suppress(OSError):
            for latest in self._held[-1:]:
                if select.select([latest], [], [], 0)[0]:
                    return len(latest.recv(most, socket.MSG_PEEK))
        return 0

    def close(self) -> None:
        """Let go of the connection; a new one may be made."""
        with self._lock:
            held, self._held = self._held, []
            self._cut = False
        for one in held:
            one.close()

    def _hold(self, connection: socket.socket) -> None:
        # A second handle of the same connection: encryption takes the first one away.
        with self._lock:
            self._held.append(connection.dup())
            if self._cut:
                _shut(self._held[-1])


class _Adapter(requests.adapters.HTTPAdapter):
    def __init__(self, hold: Callable[[socket.socket], None]) -> None:
        super().__init__()
        self._hold = hold

    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*arguments, **options)
        pool.ConnectionCls = _held(pool.ConnectionCls, self._hold)
        return pool


def _held(kind: Any, hold: Callable[[socket.socket], None]) -> Any:
    class Held(kind):  # type: ignore[misc]
        def _new_conn(self) -> socket.socket:
            connection: socket.socket = super()._new_conn()
            hold(connection)
            return connection

    return Held


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side has closed it
        connection.shutdown(socket.SHUT_RDWR)
