"""Puts the built page into the wheel, so that an installed Matchmaker needs no Node."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        page = Path(self.root, "frontend", "build")
        if version != "editable" and page.is_dir():
            build_data["force_include"][str(page)] = "api/page"
