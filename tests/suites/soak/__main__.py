"""Run the soak: `python -m tests.suites.soak --minutes 30 --threads 32`."""

from __future__ import annotations

import sys

from tests.suites.soak.soak import main

sys.exit(main())
