"""What every command begins with: the settings, the store, the snapshot, the recommender."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from graph.compiler import current_snapshot
from graph.config import GraphSettings
from graph.connect import open_store
from graph.snapshot import Snapshot
from graph.store import GraphStore

if TYPE_CHECKING:
    from recommender.service import Recommender

COMPILED_FROM = 5_000_000
"""Links from which compiling pays for one question: importing and loading the compiled loops takes seconds, and a question on
Hetionet's million links less than one in plain numpy."""


@contextmanager
def opened() -> Iterator[tuple[GraphSettings, GraphStore, Snapshot]]:
    """The settings of the environment, their store and its snapshot."""
    settings = GraphSettings.from_environment()
    with closing(open_store(settings.graph, settings.credentials)) as store:
        yield settings, store, current_snapshot(store, settings.snapshots)


def recommender_of(
    settings: GraphSettings, store: GraphStore, snapshot: Snapshot, *, compiled: bool | None = None
) -> "Recommender":
    """The recommender of a snapshot with its bundle; compiled where that pays for one question, unless said."""
    # Imported here so that --help and usage errors do not wait for the compiled kernels.
    from recommender.artifacts import FOLDER, find_bundle
    from recommender.config import read_scoring
    from recommender.predictors.foresight import foresight_of
    from recommender.safety.site import read_site
    from recommender.service import Recommender

    bundle = find_bundle(settings.home / FOLDER, snapshot)
    fast = snapshot.link_count > COMPILED_FROM if compiled is None else compiled
    site = read_site(settings.site, snapshot)
    config = read_scoring()
    foresight, likeness = foresight_of(settings.home, snapshot, config)
    return Recommender(
        store,
        snapshot,
        settings.home,
        config=config,
        bundle=bundle,
        site=site,
        foresight=foresight,
        likeness=likeness,
        compiled=fast,
    )


@contextmanager
def progress_bar() -> Iterator[Callable[[str, float], None]]:
    """A bar for the step that runs; none where the output is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step, share: None
        return
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), transient=True, console=console) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda step, share: bar.update(task, description=step, completed=share)


def print_json(value: object) -> None:
    """Print a value as JSON that people can read."""
    print(json.dumps(value, ensure_ascii=False, indent=2))
