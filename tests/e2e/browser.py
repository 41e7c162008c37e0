"""A Chromium for the tests: the one that is there, or Debian's package where there is none.

`python -m tests.e2e.browser` installs it; the tests only look for it.
"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """The path of a Chromium: the one that MATCHMAKER_CHROMIUM names, or the first on the PATH."""
    return os.environ.get("MATCHMAKER_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def main() -> int:
    if find_chromium():
        return 0
    if not shutil.which("apt-get"):
        sys.stderr.write(f"The browser tests need one of {', '.join(NAMES)} (or MATCHMAKER_CHROMIUM=/path/to/it).\n")
        return 1
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    subprocess.run([*as_root, "apt-get", "update", "-qq"], check=True)
    subprocess.run([*as_root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=True)
    return 0 if find_chromium() else 1


if __name__ == "__main__":
    sys.exit(main())
