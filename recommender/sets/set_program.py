"""Finds the best of all sets of medicines, as :mod:`recommender.sets.set_choice` says which is better.

It is found by integer programs (HiGHS through :func:`scipy.optimize.milp`), one for each of the three things that make a set
better. What no linear row says, a rule that looks at three medicines at once, is asked of the set that was found; if it is
unsafe, those medicines are forbidden together and the search goes on. Amounts are whole numbers, so that no tolerance of the
solver decides. The search is limited by the nodes that it looks at, so that it ends the same on every machine; the limit in
seconds is far beyond them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from recommender.sets.set_choice import Choices, Chosen, Total, Unsafe, choose_greedily

NODES, SECONDS, ROUNDS = 5_000, 10.0, 20
"""Limits of one integer program, and of how often an unsafe set is forbidden."""
HALF = 0.5
"""Between two whole numbers, where rows and answers of the solver are cut."""

Row: TypeAlias = Mapping[int, float]
"""Coefficients by the number of the variable."""


def choose(choices: Choices, unsafe: Unsafe) -> Chosen:
    """The best set, or the greedy one where the search came to its limit without a better one."""
    greedy = choose_greedily(choices, unsafe)
    if not choices.support:
        return replace(greedy, exact=True)
    program = _Program(choices)
    for _ in range(ROUNDS):
        cover, proved = program.best()
        chosen = choices.weigh(cover, exact=proved)
        bad = unsafe(chosen.medicines)
        if not bad:
            return max(chosen, greedy, key=lambda s: (s.key, s.exact))
        program.forbid(bad)
    return greedy


class _Program:
    """The integer programs of one choice.

    Binary variables say which medicines are in the set, and which of them is for which condition. A variable for each pair
    with cautions, and one for each sum, is 1 where the set has that caution.
    """

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._inside = {medicine: i for i, medicine in enumerate(choices.support)}
        given = [(condition, medicine) for medicine, support in choices.support.items() for condition in support]
        self._covers = {pair: len(self._inside) + i for i, pair in enumerate(given)}
        self._size = len(self._inside) + len(given)
        self._rows: list[tuple[Row, float, float]] = []
        self._penalties: dict[int, float] = {}
        self._add_covers()
        for group in choices.apart:
            self.forbid(group, at_most=1)
        for pair, number in (choices.cautions or {}).items():
            both = self._penalised(number)
            self._at_most({**{self._inside[m]: 1.0 for m in pair}, both: -1.0}, 1)
        for total in choices.totals:
            self._add_total(total)

    def best(self) -> tuple[dict[int, int], bool]:
        """The medicine of each condition in the best set, and whether it is proved to be the best."""
        values = {i: float(self._choices.support[medicine][condition]) for (condition, medicine), i in self._covers.items()}
        ranks = {i: -float(self._choices.ranks[medicine]) for (_, medicine), i in self._covers.items()}
        kept, cover = len(self._rows), dict[int, int]()
        for objective in (dict.fromkeys(self._covers.values(), 1.0), values | self._penalties, ranks):
            solution, proved = self._solve(objective)
            if solution:
                cover = {condition: medicine for (condition, medicine), i in self._covers.items() if solution[i] > HALF}
            if not proved:
                break
            # What a later program finds may not be worse by this one.
            least = sum(amount * round(solution[i]) for i, amount in objective.items())
            self._rows.append((objective, least - HALF, float("inf")))
        del self._rows[kept:]
        return cover, proved

    def forbid(self, medicines: Iterable[int], at_most: int | None = None) -> None:
        """Keep medicines from being in a set all together, or more than so many of them."""
        row = {self._inside[m]: 1.0 for m in medicines}
        self._at_most(row, len(row) - 1 if at_most is None else at_most)

    def _at_most(self, row: Row, most: float) -> None:
        self._rows.append((row, -float("inf"), most))

    def _penalised(self, cautions: int) -> int:
        """A new variable that costs so many cautions."""
        self._penalties[self._size] = -float(self._choices.penalty * cautions)
        self._size += 1
        return self._size - 1

    def _add_covers(self) -> None:
        by_condition: dict[int, dict[int, float]] = {}
        for (condition, medicine), i in self._covers.items():
            self._at_most({i: 1.0, self._inside[medicine]: -1.0}, 0)
            by_condition.setdefault(condition, {})[i] = 1.0
        for row in by_condition.values():
            self._at_most(row, 1)

    def _add_total(self, total: Total) -> None:
        # Points are cut to one less than is wanted: one that adds never reaches it alone, and all sums of two that do still do.
        below, wanted = total.limit - 1, max(total.caution - total.current, 2)
        row = {self._inside[m]: float(min(points, below)) for m, points in total.points.items()}
        self._at_most(row, below - min(total.current, below))
        row = {self._inside[m]: float(min(points, wanted - 1)) for m, points in total.points.items()}
        self._at_most({**row, self._penalised(1): -sum(row.values())}, wanted - 1)

    def _solve(self, objective: Row) -> tuple[list[float], bool]:
        """The variables where an objective is largest, and whether that is proved; none where nothing was found."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        entries = list(self._entries())
        matrix = csr_array((entries[0], (entries[1], entries[2])), shape=(len(self._rows), self._size))
        low, high = [row[1] for row in self._rows], [row[2] for row in self._rows]
        result = milp(
            [-objective.get(i, 0.0) for i in range(self._size)],
            integrality=[1] * self._size,
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix, low, high),
            options={"node_limit": NODES, "time_limit": SECONDS, "mip_rel_gap": 0.0},
        )
        return ([] if result.x is None else [float(x) for x in result.x]), result.status == 0

    def _entries(self) -> Iterator[list[float]]:
        """Coefficients, and their rows and columns."""
        found = [(value, r, column) for r, (row, *_) in enumerate(self._rows) for column, value in row.items()]
        return (list(part) for part in zip(*found, strict=True))
