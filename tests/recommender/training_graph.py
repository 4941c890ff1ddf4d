"""A graph that training can learn from: families of medicines that share targets, side effects and conditions.

Every medicine of a family treats the conditions of the family, and resembles its members by what it binds and causes; a few
edges across families are noise. Whoever hides one of the treatments can find it again.
"""

from typing import Any

FAMILIES, MEDICINES, CONDITIONS = 4, 5, 3


def family_edges() -> list[tuple[Any, ...]]:
    """The edges; the same every time."""
    edges: list[tuple[Any, ...]] = []
    for f in range(FAMILIES):
        for m in range(MEDICINES):
            medicine = f"M:{f}{m}"
            edges += [(medicine, "BINDS", f"G:{f}"), (medicine, "CAUSES", f"E:{f}"), (medicine, "CAUSES", f"E:m{m}")]
            edges += [(medicine, "TREATS", f"C:{f}{c}", {"line": "first"}) for c in range(CONDITIONS) if (m + c) % 4]
        edges += [(f"C:{f}{c}", "PRESENTS", f"Y:{f}") for c in range(CONDITIONS)]
        edges += [(f"C:{f}{c}", "ASSOCIATES", f"G:{f}") for c in range(CONDITIONS)]
        edges.append((f"C:{f}0", "PRESENTS", f"Y:{(f + 1) % FAMILIES}"))
        edges.append((f"M:{f}0", "PALLIATES", f"C:{(f + 1) % FAMILIES}1"))
    return edges
