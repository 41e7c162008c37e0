"""What an installation is made of fits together. No container engine is needed to find out."""

import re
from pathlib import Path

import yaml

from api.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_every_volume_that_a_service_mounts_is_declared() -> None:
    mounted = {
        volume.partition(":")[0] for service in COMPOSE["services"].values() for volume in service.get("volumes", [])
    }
    assert mounted == set(COMPOSE["volumes"])


def test_every_setting_that_compose_or_the_readme_names_exists() -> None:
    known = {f"MATCHMAKER_{name.upper()}" for name in Settings.model_fields}
    named = {name for service in COMPOSE["services"].values() for name in service["environment"]}
    assert {name for name in named if name.startswith("MATCHMAKER_")} <= known
    assert set(re.findall(r"MATCHMAKER_[A-Z_]*[A-Z]", (ROOT / "README.md").read_text())) <= known


def test_the_image_holds_every_package_and_runs_as_nobody_in_particular() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    for package in ("matchmaker", "solver", "api", "migrations"):
        assert f"COPY {package} {package}" in lines
    last = lines[max(i for i, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER matchmaker" in last
    assert any(line.startswith("HEALTHCHECK ") for line in last)
