"""`python -m solver.warm`: compiles the search for this installation (`solver.compiling` says when)."""

from solver import compiling
from solver.solve import warm

if __name__ == "__main__":
    try:
        warm()
    finally:
        compiling.finish()
