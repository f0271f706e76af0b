"""What needs APSW is left out where it is not installed."""

from __future__ import annotations

import importlib.util

collect_ignore = [] if importlib.util.find_spec("apsw") else ["test_face.py", "test_pages.py"]
