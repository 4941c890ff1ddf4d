"""What walks, scores and explains on one snapshot, for each choice of edges that requests make.

The weights are those of the snapshot's bundle, or set by hand where none was trained; the means that features are divided
by are computed once for a snapshot and kept on disk.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from graph.snapshot import Snapshot
from recommender.artifacts import Bundle
from recommender.config import ScoringConfig, read_scoring
from recommender.edge_filter import ALL_EDGES, EdgeFilter, check_names, last_known
from recommender.explain import Explainer
from recommender.likeness import Likeness
from recommender.metapaths import Metapath, read_group_metapaths, read_metapaths
from recommender.request import Request, answer_id
from recommender.scoring import Scorer, path_count_means
from recommender.walk import Walker

KEPT = 8
"""How many engines are kept, those that were asked last: each holds the weights of every step that it walked."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What walks, scores and explains, all over the same edges."""

    walker: Walker
    scorer: Scorer
    explainer: Explainer


class Engines:
    """The engines of one snapshot and bundle.

    Args:
        snapshot: the knowledge; that of the bundle, where there is one, with the edges that training derived.
        home: where means are kept between processes.
        metapaths: what to walk; those of the table by default, with the weights of the bundle where there is one.
        config: the numbers of the score.
        bundle: what training made of the snapshot.
        likeness: groups of patients to walk from; None without any.
        compiled: whether to walk by compiled loops.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        home: Path,
        metapaths: Sequence[Metapath] | None,
        config: ScoringConfig | None,
        bundle: Bundle | None,
        *,
        likeness: Likeness | None = None,
        compiled: bool,
    ) -> None:
        known = bundle.snapshot if bundle else snapshot
        self.snapshot = likeness.within(known) if likeness else known
        self.bundle = bundle
        self.config = read_scoring() if config is None else config
        self._home = home
        self._metapaths = read_metapaths() if metapaths is None else tuple(metapaths)
        self._means: Mapping[str, float] | None = None
        if bundle:
            self._metapaths, self._means = bundle.metapaths, bundle.means
            self.config = replace(self.config, damping=bundle.damping, intercept=bundle.intercept)
        self._compiled = compiled
        self._means_of_groups: Mapping[str, float] = {}
        self._of_groups = read_group_metapaths() if likeness else ()
        self._lock = threading.Lock()
        self._engines: OrderedDict[EdgeFilter, Engine] = OrderedDict()
        self._last_known = last_known(self.snapshot)
        self.model = answer_id([repr(m) for m in self._metapaths], self.config.digest, bundle.tag if bundle else None)
        """Names everything beside the snapshot that scores depend on."""

    @property
    def metapaths(self) -> tuple[Metapath, ...]:
        """What is walked, with the weights that serve."""
        return (*self._metapaths, *self._of_groups)

    def of(self, edges: EdgeFilter = ALL_EDGES) -> Engine:
        """The engine over the edges that count."""
        with self._lock:
            if edges not in self._engines:
                self._engines[edges] = self._made(edges)
                if len(self._engines) > KEPT:
                    self._engines.popitem(last=False)
            self._engines.move_to_end(edges)
            return self._engines[edges]

    def edges(self, request: Request) -> EdgeFilter:
        """Which edges count for a request.

        Raises:
            CaseError: when it names a source or a licence that no edge has.
        """
        check_names(self.snapshot, request.exclude_sources, request.licences)
        # One filter for all days that leave nothing out: engines are kept by their filter.
        known_by = request.as_of if request.as_of.isoformat() < self._last_known else None
        return EdgeFilter(request.min_level, frozenset(request.exclude_sources), frozenset(request.licences), known_by)

    def _made(self, edges: EdgeFilter) -> Engine:
        walker = self._walker(edges)
        direct = (self.bundle.shifts, self.bundle.scale) if self.bundle else ()
        scorer = Scorer(walker, self.config, self._path_count_means(), edges, *direct)
        return Engine(walker, scorer, Explainer(walker, self.config.paths))

    def _walker(self, edges: EdgeFilter = ALL_EDGES, metapaths: Sequence[Metapath] | None = None) -> Walker:
        walked = (*self._metapaths, *self._of_groups) if metapaths is None else metapaths
        return Walker(self.snapshot, walked, self.config.damping, edges, compiled=self._compiled)

    def _path_count_means(self) -> Mapping[str, float]:
        """mean_m by metapath, computed once for a snapshot and kept on disk."""
        if self._of_groups and not self._means_of_groups:
            self._means_of_groups = path_count_means(self._walker(metapaths=self._of_groups))
        if self._means is None:
            path = self._home / "means" / f"{self.snapshot.checksum}-{self.model}.json"
            if path.exists():
                self._means = orjson.loads(path.read_bytes())
            else:
                self._means = path_count_means(self._walker(metapaths=self._metapaths))
                path.parent.mkdir(parents=True, exist_ok=True)
                # A name of its own: several workers may begin with the same snapshot at once.
                partial = path.with_suffix(f".{secrets.token_hex(8)}.partial")
                partial.write_bytes(orjson.dumps(self._means))
                partial.replace(path)
        return {**self._means, **self._means_of_groups}
