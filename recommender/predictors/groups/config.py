"""How groups of patients are made."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupsConfig:
    """Settings of the groups; none of them is an eye's judgement of a picture.

    Attributes:
        most: the most groups that are tried, 2 or more; more take longer and are seldom stable.
        refits: how often groups are made anew of a part of the people, 4 or more; the error of the mean agreement falls with
            its root.
        part: share of the people in such a part, in (.5, 1): Ben-Hur et al. 2002 use .8.
        stable: least agreement of a stable division, as an adjusted Rand index: what Hennig 2007 calls highly stable of a
            Jaccard index. The lower end of its 95 % interval has to reach it.
        valid: least mean Jaccard index of each of its groups (Hennig 2007: from .75 a group is valid and stable).
        doubtful: least agreement of anything that is kept at all; below it there are no groups, as Hennig 2007
            has it.
        condition: least share of people that have a condition which groups are made by, in (0, .5).
        measured: least share of people that have a result which groups are made by, in (0, 1).
        far: share of people who are called far from every group, in (0, .2).
        seed: of the starts and of the parts.
    """

    most: int = 7
    refits: int = 20
    part: float = 0.8
    stable: float = 0.85
    valid: float = 0.75
    doubtful: float = 0.6
    condition: float = 0.05
    measured: float = 0.3
    far: float = 0.01
    seed: int = 0
