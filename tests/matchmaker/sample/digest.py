import hashlib
import json
from dataclasses import asdict

from matchmaker.event import Event


def digest(event: Event) -> str:
    """SHA-256 of everything in an event but what is ticked beside the texts, which came later."""
    content = asdict(event)
    for person in content["people"]:
        person |= {role: [statement["text"] for statement in person[role]] for role in ("offers", "needs")}
    text = json.dumps(content, default=lambda v: sorted(v) if isinstance(v, frozenset) else str(v))
    return hashlib.sha256(text.encode()).hexdigest()
