"""The first file of the packaged program: the same command line as `workstation`, desk and hub in one."""

import multiprocessing
import sys

if __name__ == "__main__":
    # Worker processes of a packaged program are started as the program itself.
    multiprocessing.freeze_support()
    from workstation.cli import main

    sys.exit(main())
