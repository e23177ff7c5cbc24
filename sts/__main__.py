"""Run the command line: `python -m sts`."""

import sys

from sts.cli import main

if __name__ == "__main__":
    sys.exit(main())
