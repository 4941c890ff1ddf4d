"""The composition root: settings → store → snapshot → recommender → application. Nobody else names an adapter."""

import logging
import threading
import time
from collections.abc import Callable

from api.accounts import AccountStore, open_accounts
from api.app import Service, create_app
from api.context import Context, Serving
from api.search import MedicineSearch
from api.settings import Settings
from graph.compiler import current_snapshot
from graph.config import GraphSettings
from graph.connect import open_store
from graph.errors import RxpathError
from graph.pseudonyms import read_patient_key
from graph.store import UNFINISHED, GraphStore
from recommender.service import Recommender

LOOK_SECONDS = 1.0
"""How often the store is asked whether its knowledge changed."""

_log = logging.getLogger(__name__)


class LiveServing:
    """Answers what serves at the moment, and swaps it when the store's knowledge changed.

    The new snapshot is prepared in a thread of its own while requests go on with the old one; then one reference changes. A
    request that asks once therefore sees one snapshot from its beginning to its end. While a load writes, nothing is swapped.

    Args:
        store: the graph.
        settings: where snapshots are.
        clock: seconds, ever rising.
    """

    def __init__(self, store: GraphStore, settings: GraphSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._preparing = threading.Lock()
        self._revision = store.revision()
        self._serving = self._prepare()
        self._next_look = clock() + LOOK_SECONDS

    def __call__(self) -> Serving:
        """What serves now.

        Raises:
            StoreUnavailableError: when the store cannot say whether its knowledge changed.
        """
        if self._clock() >= self._next_look:
            # Two threads may both look: that costs microseconds, a lock would cost every request.
            self._next_look = self._clock() + LOOK_SECONDS
            revision = self._store.revision()
            if revision != self._revision and not revision.startswith(UNFINISHED) and self._preparing.acquire(blocking=False):
                threading.Thread(target=self._swap, args=(revision,), daemon=True).start()
        return self._serving

    def _swap(self, revision: str) -> None:
        try:
            self._serving = self._prepare()
            self._revision = revision
        except RxpathError as error:
            _log.warning("the new snapshot cannot be used, the old one serves on: %s", type(error).__name__)
        finally:
            self._preparing.release()

    def _prepare(self) -> Serving:
        snapshot = current_snapshot(self._store, self._settings.snapshots)
        recommender = Recommender(self._store, snapshot, self._settings.home)
        serving = Serving(snapshot, recommender, MedicineSearch(snapshot))
        # The first walk loads the compiled kernels: no request should wait for that.
        serving.walk()
        return serving


def wire(settings: Settings, accounts: AccountStore | None = None) -> Service:
    """The application over everything that the settings name.

    Args:
        settings: of this process.
        accounts: in place of those that the settings name.

    Raises:
        SettingsError: when a setting or a key file is unusable.
        StoreUnavailableError: when the store cannot be opened.
        SnapshotError: when the store holds no knowledge.
        AccountsUnavailableError: when the accounts cannot be opened.
    """
    store = open_store(settings.graph.graph)
    serving = LiveServing(store, settings.graph)
    accounts = accounts or open_accounts(settings.database)
    checks = {"accounts": accounts.check, "store": lambda: _read(store), "walk": lambda: serving().walk()}
    key = read_patient_key(settings.graph.patient_key)
    return create_app(Context(settings, accounts, serving, key, checks))


def _read(store: GraphStore) -> None:
    store.revision()


def application() -> Service:
    """The application of this process's environment: what a WSGI server is told to call."""
    return wire(Settings.from_environment())
