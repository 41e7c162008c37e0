"""Why a meeting is left out, what would place it, and which demands contradict one another.

`reasons.explain` is the way in; `situation` is what it looks at, `sentences` is what people read.
"""
