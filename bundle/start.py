"""What PyInstaller starts: the window and the command line in one program."""

import multiprocessing
import os
import sys


def give_back_library_path() -> None:
    """Let what the app starts (a file manager, a browser) find the system's libraries, not those that are in here.

    PyInstaller's starter puts ours in front; this process has read that already, and a child that is this program again
    is told to start afresh, so that it does the same.
    """
    if sys.platform == "linux":
        os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
        os.environ.pop("LD_LIBRARY_PATH", None)
        original = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
        if original is not None:
            os.environ["LD_LIBRARY_PATH"] = original


if __name__ == "__main__":
    give_back_library_path()
    # A frozen program has no other interpreter to start: its child processes are the program itself.
    multiprocessing.freeze_support()
    from desktop.main import main

    sys.exit(main())
