"""The description of the API."""

import json
import subprocess
import sys
from typing import Any

import pytest
from fastapi import FastAPI

from api.openapi import description as written
from api.web.problems import MEDIA_TYPE

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def description(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, m, found[m]) for path, found in description["paths"].items() for m in METHODS if m in found]


def test_every_operation_has_a_name_of_its_own_and_a_description(description: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(description)]
    assert len(names) == len(set(names))
    assert all(operation["description"] for _, _, operation in operations(description))


def test_every_error_is_a_problem(description: dict[str, Any]) -> None:
    for path, method, operation in operations(description):
        errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert errors, (path, method)
        for answer in errors.values():
            assert set(answer["content"]) == {MEDIA_TYPE}, (path, method)
            assert answer["description"]


def test_the_description_is_the_same_every_time() -> None:
    elsewhere = subprocess.run([sys.executable, "-m", "api.openapi"], capture_output=True, check=True, text=True).stdout
    assert elsewhere == written()
    assert json.loads(elsewhere)["info"]["title"] == "Matchmaker"
