"""The fewest breaks of a complete problem, proven by SAT."""
