"""Where the program keeps its files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

_ASK = """if True:
    import pwd
    def nobody(_uid):
        raise KeyError("uid not found")
    pwd.getpwuid = nobody
    from core import facepacks, gpu_pack, paths
    from core.catalogue import load_catalogue
    from core.settings import load_settings, save_settings
    assert load_catalogue().problems == () and gpu_pack.installed() is None and facepacks.installed() == []
    save_settings(load_settings().settings)
    for folder in (paths.cache(), paths.config(), paths.state(), paths.logs(), paths.user_models()):
        print(folder)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="every user has a home on Windows")
def test_a_user_without_a_home_is_served_and_leaves_nothing(tmp_path: Path) -> None:
    away = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    environment = {name: value for name, value in os.environ.items() if name not in away}
    environment |= {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", _ASK], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    folders = [Path(line) for line in done.stdout.splitlines()]
    assert len(set(folders)) == 5 and all(folder.is_relative_to(tmp_path) for folder in folders)
    assert list(tmp_path.iterdir()) == []
