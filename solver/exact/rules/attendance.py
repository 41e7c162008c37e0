"""Who attends, and that nobody is in two meetings at once."""

from solver.exact.variables import Variables


def one_of_each_team(model: Variables) -> None:
    """A meeting that takes place is attended by exactly one member of each team, a different one for each."""
    for (candidate, slot), teams in model.stand_ins.items():
        start = model.start[candidate][slot]
        for team in teams:
            model.cp.add(sum(team.values()) == start)
        for person in set().union(*teams):
            model.cp.add_at_most_one(team[person] for team in teams if person in team)


def one_meeting_at_once(model: Variables) -> None:
    for key, free in model.free.items():
        model.cp.add_exactly_one([free, *model.busy[key]])
