"""Compiling the search, once for an installation and in a process of its own: half a minute that nobody waits for.

`python -m solver.warm` does it at once, as an image does when it is built.
"""

import os
import subprocess
import sys
from pathlib import Path
from time import time

from solver.search.bits import cache_folder

_STALE = 300.0  # seconds after which who began is taken for dead
_MARK = "being-compiled"


def start() -> bool:
    """Begins to compile, unless somebody is at it. False where the result cannot be kept for other processes."""
    folder = cache_folder()
    if folder is None:
        return False
    mark = folder / _MARK
    if is_running():
        return True
    mark.unlink(missing_ok=True)
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return True  # another process was faster
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (str(_root()), *sys.path)))}
    # A session of its own: it ends neither with this process nor on Ctrl-C.
    subprocess.Popen(
        [sys.executable, "-m", "solver.warm"],
        env=environment,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return True


def is_running() -> bool:
    """Whether a process is compiling, of this program or of another one on this installation."""
    folder = cache_folder()
    try:
        return folder is not None and time() - (folder / _MARK).stat().st_mtime < _STALE
    except FileNotFoundError:
        return False


def _root() -> Path:
    return Path(__file__).parent.parent


def finish() -> None:
    """Who compiled is done, or has failed: others need not wait for it any more."""
    if (folder := cache_folder()) is not None:
        (folder / _MARK).unlink(missing_ok=True)
