"""``python -m interpol_bcn``: the same as the command ``interpol-bcn``."""

from __future__ import annotations

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
