"""Every benchmark, one after the other; each writes its table into docs/."""

import subprocess
import sys

BENCHMARKS = ("published", "events", "search")

for name in BENCHMARKS:
    subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=True)
