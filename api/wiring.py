"""The composition root: settings → store → snapshot → recommender → application. Nobody else names an adapter."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from api.accounts import AccountStore, open_accounts
from api.app import Service, create_app
from api.askers import AskerStore
from api.audit import Trail, read_audit_keys
from api.care import CareStore
from api.consents import ConsentHistory
from api.context import Context, Serving
from api.database import Database
from api.erasures import ErasedList, ErasureRequests
from api.guarded_store import GuardedStore
from api.identities import IdentityStore
from api.jobs import JobFiles, JobQueue, JobStore
from api.jobs.setup import Setup
from api.jobs.worker import Worker
from api.logs import log_lines
from api.metrics import Metrics
from api.recording import note_patient
from api.replays import ReplayStore
from api.secrets import refuse_weak
from api.services.access import PatientAccess
from api.services.consents import Consents
from api.services.directory import PatientDirectory
from api.services.erasure import ErasureService, Forgetting
from api.services.job_desk import JobDesk
from api.services.knowledge import Knowledge
from api.services.own_data import Exporting, GraphExport, OwnData
from api.services.predictions import Predictions
from api.services.records import RecordService
from api.services.stored_answers import StoredAnswers
from api.services.trends import Trends
from api.settings import Settings
from api.timed_recommender import TimedRecommender
from graph.compiler import current_snapshot
from graph.config import GraphSettings
from graph.connect import open_store
from graph.elements import EdgeKind
from graph.errors import RxpathError
from graph.pseudonyms import read_patient_key
from graph.store import UNFINISHED, GraphStore
from recommender.answer_log import SqlAnswerLog
from recommender.artifacts import FOLDER, find_bundle, newest_bundle
from recommender.config import read_scoring
from recommender.feedback_log import SqlFeedbackLog
from recommender.likeness import Likeness, mirror_groups
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.foresight import foresight_of
from recommender.replay import Replayer
from recommender.safety.site import read_site
from recommender.verify import run_verify

LOOK_SECONDS = 1.0
"""How often the store is asked whether its knowledge changed."""
LOOKING = "store look"
"""Name of the thread that asks."""

_log = logging.getLogger(__name__)


class LiveServing:
    """Answers what serves at the moment, and swaps it when the store's knowledge changed, or a bundle was trained.

    A thread of its own looks at the store and at the bundles, and prepares what is new while requests go on with the old; then
    one reference changes. A request that asks once therefore sees one snapshot from its beginning to its end, and never waits
    for the store. While a load writes, nothing is swapped; while the store is away, what is known serves on.

    Args:
        guarded: the graph.
        settings: where snapshots are.
        clock: seconds, ever rising.
        walked: told how many seconds each walk took.

    Raises:
        StoreUnavailableError: when the store cannot be read at the start.
        SnapshotError: when it holds no knowledge.
    """

    def __init__(
        self,
        guarded: GuardedStore,
        settings: GraphSettings,
        clock: Callable[[], float] = time.monotonic,
        walked: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        self._walked = walked
        self._guarded = guarded
        self._settings = settings
        self._clock = clock
        self._looking = threading.Lock()
        self._trouble = ""
        self._revision = guarded.store.revision()
        self._serving = self._prepare()
        self._next_look = clock() + LOOK_SECONDS

    def __call__(self) -> Serving:
        """What serves now."""
        if self._clock() >= self._next_look and self._looking.acquire(blocking=False):
            self._next_look = self._clock() + LOOK_SECONDS
            threading.Thread(target=self._look, daemon=True, name=LOOKING).start()
        return self._serving

    def _look(self) -> None:
        """Swap when the knowledge changed; whatever goes wrong, the old snapshot serves on and the next look tries again."""
        trouble = ""
        try:
            revision = self._guarded.revision()
            changed = revision != self._revision or self._newer_bundle()
            if changed and not revision.startswith(UNFINISHED):
                self._serving = self._prepare()
                self._revision = revision
        except Exception as error:  # its words may name files
            trouble = type(error).__name__
        finally:
            # Said once, not with every look.
            if trouble and trouble != self._trouble:
                _log.warning("the store cannot be followed, what was known serves on: %s", trouble)
            elif self._trouble and not trouble:
                _log.warning("the store can be followed again")
            self._trouble = trouble
            self._looking.release()

    def _newer_bundle(self) -> bool:
        """Whether another bundle was trained on the snapshot that serves, or another predictor fitted."""
        serving = self._serving
        if PredictorBundles(self._settings.home).serving() != self._predictors:
            return True
        bundle = serving.recommender.bundle
        newest = newest_bundle(self._settings.home / FOLDER, serving.snapshot)
        return newest is not None and (bundle is None or not newest.stem.endswith(bundle.tag))

    def _prepare(self) -> Serving:
        snapshot = current_snapshot(self._guarded.store, self._settings.snapshots)
        bundle = find_bundle(self._settings.home / FOLDER, snapshot)
        site = read_site(self._settings.site, snapshot)
        predictors = PredictorBundles(self._settings.home).serving()
        config = read_scoring()
        foresight, likeness = foresight_of(self._settings.home, snapshot, config)
        recommender = TimedRecommender(
            self._walked,
            self._guarded,
            snapshot,
            self._settings.home,
            config=config,
            bundle=bundle,
            site=site,
            foresight=foresight,
            likeness=likeness,
        )
        serving = Serving(snapshot, recommender, Knowledge(snapshot), predictors)
        # The first walk loads the compiled kernels: no request should wait for that.
        serving.walk()
        self._predictors = predictors
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
        DatabaseUnavailableError: when the accounts cannot be opened.
        AnswerLogError: when the log of answers cannot be opened.
    """
    refuse_weak(settings)
    guarded = GuardedStore(open_store(settings.graph.graph, settings.graph.credentials))
    metrics = Metrics()
    serving = LiveServing(guarded, settings.graph, walked=metrics.walked)
    stores = _Stores.opened(settings, accounts)
    key = read_patient_key(settings.graph.patient_key)
    access = PatientAccess(key, stores.care, guarded, note_patient)
    consents = Consents(guarded, stores.consents)
    records = RecordService(guarded, lambda: serving().snapshot, key)
    home, drop = settings.graph.home, partial(_drop_groups, guarded.store)
    keeping = stores.keeping(consents, home)
    erasure = ErasureService(guarded, stores.answers, keeping, home, key, records.person, drop)
    _resume(erasure)
    replayer = Replayer(stores.answers, settings.graph.snapshots, home, settings.graph.site, compiled=True)
    return create_app(
        Context(
            settings=settings,
            accounts=stores.accounts,
            serving=serving,
            answers=stores.answers,
            access=access,
            care=stores.care,
            consents=consents,
            trail=stores.trail,
            records=records,
            erasure=erasure,
            jobs=job_desk(settings),
            askers=stores.askers,
            stored=StoredAnswers(stores.answers, stores.askers, access.to_read, access.check_treatment, replayer),
            replays=stores.replays,
            feedback=stores.feedback,
            predictions=Predictions(home),
            verify=lambda document, case: run_verify(document, guarded.store, case),
            directory=PatientDirectory(guarded, stores.identities, access),
            own_data=OwnData(stores.requests, stores.exporting(guarded)),
            checks=_checks(stores, guarded, serving),
            trends=Trends(guarded.store),
            metrics=metrics,
        )
    )


@dataclass(frozen=True, slots=True)
class _Stores:
    """Everything that the service keeps in SQL."""

    accounts: AccountStore
    answers: SqlAnswerLog
    askers: AskerStore
    care: CareStore
    consents: ConsentHistory
    feedback: SqlFeedbackLog
    identities: IdentityStore
    replays: ReplayStore
    requests: ErasureRequests
    trail: Trail

    @classmethod
    def opened(cls, settings: Settings, accounts: AccountStore | None) -> "_Stores":
        url = settings.graph.database
        accounts, database = accounts or open_accounts(url), Database(url)
        return cls(
            accounts=accounts,
            answers=SqlAnswerLog(url),
            askers=AskerStore(database),
            care=CareStore(database),
            consents=ConsentHistory(database),
            feedback=SqlFeedbackLog(url),
            identities=IdentityStore(database, settings.identity_ring(), settings.identity_index()),
            replays=ReplayStore(database),
            requests=ErasureRequests(database),
            # A connection of its own: its commits wait for no disk, as every request for a record makes one.
            trail=Trail(Database(url, waits=False), read_audit_keys(settings.audit_key)),
        )

    def keeping(self, consents: Consents, home: Path) -> list[tuple[str, Forgetting]]:
        # Whatever keeps something of patients beside the answers is named here, or it is not erased.
        return [
            ("accounts", self.accounts),
            ("identities", self.identities),
            ("erasure requests", self.requests),
            ("feedback", self.feedback),
            ("requests", self.replays),
            ("care", self.care),
            ("consents", consents),
            ("erased list", ErasedList(home / "erased.list")),
            ("audit", self.trail),
        ]

    def exporting(self, guarded: GuardedStore) -> list[tuple[str, Exporting]]:
        # Whatever keeps something of patients is named here, too, or a patient is not told of it.
        return [
            ("record", GraphExport(guarded)),
            ("identity", self.identities),
            ("answers", self.answers),
            ("feedback", self.feedback),
            ("erasure", self.requests),
        ]


def _checks(stores: _Stores, guarded: GuardedStore, serving: LiveServing) -> dict[str, Callable[[], None]]:
    return {
        "accounts": stores.accounts.check,
        "store": lambda: _read(guarded),
        "audit": stores.trail.check,
        "walk": lambda: serving().walk(),
    }


def job_desk(settings: Settings) -> JobDesk:
    """What takes orders for jobs.

    Raises:
        DatabaseUnavailableError: when the database cannot be opened.
    """
    url = settings.graph.database
    return JobDesk(JobStore(Database(url)), JobQueue(url), JobFiles(settings.graph.home))


def job_worker(settings: Settings) -> Worker:
    """What runs jobs in this process.

    Raises:
        DatabaseUnavailableError: when the database cannot be opened.
    """
    url = settings.graph.database
    setup = Setup(settings.graph, settings.shared)
    return Worker(JobStore(Database(url)), JobQueue(url), JobFiles(settings.graph.home), setup)


def _resume(erasure: ErasureService) -> None:
    try:
        erasure.resume()
    except RxpathError as error:
        # All others are served meanwhile; the next start tries again.
        _log.warning("an erasure that was begun is not finished yet: %s", type(error).__name__)


def _drop_groups(store: GraphStore) -> None:
    if EdgeKind.RESPONDED_TO in store.counts():
        mirror_groups(Likeness((), (), "none"), store)


def _read(guarded: GuardedStore) -> None:
    guarded.revision()


def application() -> Service:
    """The application of this process's environment: what a WSGI server is told to call."""
    log_lines()
    return wire(Settings.from_environment())
