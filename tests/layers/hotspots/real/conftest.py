"""Real files, collected only where GRIDMAP_REAL_DATA names their folder."""

import os

collect_ignore_glob = [] if os.environ.get("GRIDMAP_REAL_DATA") else ["test_*.py"]
