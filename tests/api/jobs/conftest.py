"""A home of one test alone, and a worker over it."""

from pathlib import Path
from shutil import copytree

import pytest

from api.database import Database
from api.jobs import JobFiles, JobQueue, JobStore
from api.jobs.setup import Setup
from api.jobs.worker import Worker
from api.settings import Settings
from tests.api.conftest import settings_of


class Site:
    """Everything that runs jobs of one home."""

    def __init__(self, home: Path, *, stale: float = 15.0) -> None:
        self.home = home
        self.settings: Settings = settings_of(home)
        url = self.settings.graph.database
        self.store = JobStore(Database(url))
        self.queue = JobQueue(url)
        self.files = JobFiles(home)
        self.worker = Worker(
            self.store, self.queue, self.files, Setup(self.settings.graph, home / "none"), beat=0.1, stale=stale
        )


@pytest.fixture
def site(home: Path, tmp_path: Path) -> Site:
    own = copytree(
        home, tmp_path / "home", ignore=lambda folder, names: [n for n in names if n[:5] in ("accou", "queue", "jobs")]
    )
    return Site(Path(own))


@pytest.fixture
def url(database_url: str) -> str:
    """Of a database of one test alone."""
    return database_url
