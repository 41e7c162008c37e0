"""Prints the description of the API: python -m api.openapi > frontend/openapi.json"""

import json
import sys

from api.app import create_app
from api.settings import Settings


def description() -> str:
    """OpenAPI as JSON, the same on every machine."""
    return json.dumps(create_app(Settings()).openapi(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(description())
