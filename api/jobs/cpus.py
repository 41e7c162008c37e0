"""How many processors this process may use: a container may have fewer than the machine."""

import os
from math import ceil
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")


def usable_cpus(cgroups: Path = CGROUPS) -> int:
    """The processors that the scheduler allows and that the quota of the control group pays for; at least 1.

    Reads cgroup v2 (`cpu.max`) and v1 (`cpu/cpu.cfs_quota_us`) as mounted inside a container.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota(cgroups)
    return max(1, allowed if quota is None else min(allowed, ceil(quota)))


def _quota(cgroups: Path) -> float | None:
    """Processors by quota, None where there is no limit."""
    try:
        limit, period = (cgroups / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            limit = (cgroups / "cpu/cpu.cfs_quota_us").read_text().strip()
            period = (cgroups / "cpu/cpu.cfs_period_us").read_text().strip()
        except OSError:
            return None
    try:
        quota = int(limit) / int(period)
    except (ValueError, ZeroDivisionError):  # "max": no limit
        return None
    return quota if quota > 0 else None
