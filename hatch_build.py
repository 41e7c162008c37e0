"""Puts the built page and the compiled catalogues into the wheel, so that an installed Matchmaker needs no Node."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # reads both from the source tree
            return
        page = Path(self.root, "frontend", "build")
        if page.is_dir():
            build_data["force_include"][str(page)] = "api/page"
        self._compiled = TemporaryDirectory()
        for source in Path(self.root).glob("matchmaker/locale/*/LC_MESSAGES/*.po"):
            target = Path(self._compiled.name, f"{source.parts[-3]}.mo")
            with source.open("rb") as text, target.open("wb") as compiled:
                write_mo(compiled, read_po(text))
            build_data["force_include"][str(target)] = str(source.relative_to(self.root).with_suffix(".mo"))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        if version != "editable":
            self._compiled.cleanup()
