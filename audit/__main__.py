"""Start the audit, or say what is missing to start it."""

from __future__ import annotations

import sys

try:
    from audit.command import main
except ModuleNotFoundError as error:
    sys.exit(f"{error}: install what the audit needs with `pip install -r requirements-audit.txt`.")

sys.exit(main())
