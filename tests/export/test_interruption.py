"""Ctrl-C ends an export with a sentence, whenever it comes."""

import sys

import pytest

from export.__main__ import main


class Interrupted:
    """A module whose import the user interrupts."""

    @property
    def main(self) -> object:
        raise KeyboardInterrupt


def test_ctrl_c_while_torch_is_imported_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "export.commands", Interrupted())
    assert main() == 130
    assert capsys.readouterr().err == "export: stopped.\n"
