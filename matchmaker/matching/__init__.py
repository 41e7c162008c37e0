"""Who should meet whom, and why. The public names are in `matchmaker.matching.score`."""
