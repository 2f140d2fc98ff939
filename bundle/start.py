"""What PyInstaller starts: the window and the command line in one program."""

import multiprocessing
import sys

if __name__ == "__main__":
    # A frozen program has no other interpreter to start: its child processes are the program itself.
    multiprocessing.freeze_support()
    from desktop.main import main

    sys.exit(main())
