"""The scheduler. Knows the domain and OR-Tools, not the database or the web.

Its verbs: `solver.solve.solve`, `solver.repair.repair`, `solver.explain.reasons.explain` and
`solver.explain.conflict.conflict`. They are not imported here: OR-Tools and numba take seconds, and who reads a result
needs neither.

The search is compiled once for an installation, in the background of the first solve, which begins with a quick plan
meanwhile (`solver.first_solve`). `python -m solver.warm` does it ahead.
"""
