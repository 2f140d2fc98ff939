"""The versions that the packaged program can tell are those of what is installed where it is made."""

import importlib.metadata

import pytest

from core import doctor


def test_only_what_is_installed_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PACKAGES", (*doctor.PACKAGES, "no-such-package"))
    names = doctor.installed_packages()
    assert {"numpy", "insightface"} <= set(names)
    assert "no-such-package" not in names
    assert any(name.startswith("onnxruntime") for name in names)
    for name in names:
        assert importlib.metadata.distribution(name)
