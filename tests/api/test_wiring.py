import threading
import time
from contextlib import closing
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.accounts import AccountStore
from api.guarded_store import GuardedStore
from api.wiring import LOOK_SECONDS, LiveServing, wire
from graph.compiler import compile_snapshot
from graph.elements import EdgeKind, NodeKind
from graph.embedded_store import EmbeddedStore
from graph.errors import SnapshotError
from recommender.artifacts import FOLDER
from recommender.bundling import train
from recommender.errors import BundleError
from recommender.predictors.bundles import PredictorBundles
from recommender.predictors.conditions.fitting import FittedConditions, fit_conditions
from tests.api import small
from tests.api.conftest import settings_of, sign_in
from tests.api.small import batch, edge, node
from tests.recommender.conftest import REFERENCE, write
from tests.recommender.practice import practice
from tests.recommender.test_training import CONFIG
from tests.recommender.training_graph import family_edges


@pytest.fixture
def changing(home: Path, tmp_path: Path) -> Path:
    """A home of this test alone."""
    return Path(copytree(home, tmp_path / "home"))


def add_medicine(home: Path, name: str, *, finish: bool = True) -> None:
    """Load one more medicine, as another process would."""
    with closing(EmbeddedStore(home / "graph.sqlite")) as store:
        small.add_medicine(store, name, finish=finish)


def guarded(home: Path) -> GuardedStore:
    return GuardedStore(EmbeddedStore(home / "graph.sqlite"))


def wait_for(condition: object, seconds: float = 20) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_an_empty_store_is_refused_with_what_to_do(tmp_path: Path) -> None:
    EmbeddedStore(tmp_path / "graph.sqlite").close()

    with pytest.raises(SnapshotError, match="loaders build"):
        wire(settings_of(tmp_path))


def test_new_knowledge_serves_soon_and_not_before_a_look(changing: Path) -> None:
    now = [0.0]
    live = LiveServing(guarded(changing), settings_of(changing).graph, clock=lambda: now[0])
    before = live()
    add_medicine(changing, "novopril")

    live()
    time.sleep(0.5)
    assert live() is before
    now[0] = LOOK_SECONDS
    live()
    wait_for(lambda: live() is not before)

    assert live().snapshot.checksum != before.snapshot.checksum
    assert live().knowledge.search[NodeKind.MEDICINE].find("novopril", 1)
    assert not before.knowledge.search[NodeKind.MEDICINE].find("novopril", 1)
    after = live()
    now[0] += LOOK_SECONDS
    live()
    time.sleep(0.5)
    assert live() is after


def test_nothing_is_swapped_while_a_load_writes(changing: Path) -> None:
    now = [0.0]
    live = LiveServing(guarded(changing), settings_of(changing).graph, clock=lambda: now[0])
    before = live()
    add_medicine(changing, "halfpril", finish=False)

    for _ in range(10):
        now[0] += LOOK_SECONDS
        live()
        time.sleep(0.02)

    assert live() is before


def test_patients_change_at_once_without_a_new_snapshot(changing: Path, accounts: AccountStore, own_id: str) -> None:
    client = wire(settings_of(changing), accounts).test_client()
    headers = sign_in(client, "dr.ada")
    address = f"/v1/patients/{own_id}/recommendations"
    before = client.get(address, headers=headers).get_json()
    store = EmbeddedStore(changing / "graph.sqlite")
    load = store.start_load("finding")
    nodes = [
        node(own_id, NodeKind.PATIENT, "", birth_year=1961, sex="female", synthetic=True),
    ]
    new = batch([*nodes, node("ICD10CM:J18", NodeKind.CONDITION, "Pneumonia")], [])
    finding = edge(EdgeKind.HAS_DIAGNOSIS, own_id, "ICD10CM:J18", "d9", start="2026-01-01", status="active")
    store.write(new, load, "1")
    store.write(batch([*nodes, node("ICD10CM:J18", NodeKind.CONDITION, "Pneumonia")], [finding]), load, "2")
    store.finish_load(load, remove_stale=False)

    after = client.get(address, headers=headers).get_json()

    assert "Azithromycin" not in {r["medicine"]["name"] for r in before["recommendations"]}
    assert "Azithromycin" in {r["medicine"]["name"] for r in after["recommendations"]}


def test_requests_go_on_while_snapshots_change_and_each_answer_is_of_one(changing: Path, accounts: AccountStore) -> None:
    app = wire(settings_of(changing), accounts)
    headers = sign_in(app.test_client(), "dr.ada")
    failures: list[str] = []
    by_snapshot: dict[str, set[bytes]] = {}
    stop = threading.Event()

    def ask(client: FlaskClient) -> None:
        while not stop.is_set():
            answer = client.post("/v1/recommendations?as_of=2026-01-01", json={"conditions": ["hypertension"]}, headers=headers)
            if answer.status_code != 200:
                failures.append(answer.status)
                return
            by_snapshot.setdefault(answer.get_json()["snapshot"], set()).add(answer.data)

    threads = [threading.Thread(target=ask, args=(app.test_client(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    wait_for(lambda: by_snapshot or failures)
    for i in range(2):
        seen = len(by_snapshot)
        add_medicine(changing, f"novopril{i}")
        wait_for(lambda seen=seen: len(by_snapshot) > seen or failures)
    stop.set()
    for thread in threads:
        thread.join()

    assert not failures
    assert len(by_snapshot) >= 3
    assert all(len(answers) == 1 for answers in by_snapshot.values())


def test_a_bundle_that_was_trained_meanwhile_serves_soon(tmp_path: Path) -> None:
    with closing(EmbeddedStore(tmp_path / "graph.sqlite")) as store:
        write(store, [*REFERENCE, *family_edges()])
    now = [0.0]
    live = LiveServing(guarded(tmp_path), settings_of(tmp_path).graph, clock=lambda: now[0])
    before = live()
    assert before.recommender.bundle is None
    with closing(EmbeddedStore(tmp_path / "graph.sqlite")) as store:
        trained = train(store, before.snapshot, tmp_path, CONFIG)

    now[0] = LOOK_SECONDS
    live()
    wait_for(lambda: live() is not before)

    assert live().recommender.bundle is not None
    assert live().recommender.bundle.tag == trained.bundle.tag
    assert live().snapshot.checksum == before.snapshot.checksum
    after = live()
    now[0] += LOOK_SECONDS
    live()
    time.sleep(0.5)
    assert live() is after


def clinic(home: Path) -> FittedConditions:
    """A home with people whose symptoms tell of what they had, and what is learned of them."""
    edges, nodes = practice(120)
    with closing(EmbeddedStore(home / "graph.sqlite")) as store:
        write(store, edges, nodes)
        return fit_conditions(store, compile_snapshot(store, home / "snapshots"))


def test_a_predictor_that_was_fitted_meanwhile_answers_soon_and_a_changed_one_is_told(
    tmp_path: Path, accounts: AccountStore
) -> None:
    fitted = clinic(tmp_path)
    client = wire(settings_of(tmp_path), accounts).test_client()
    headers = sign_in(client, "dr.ada")
    case = {"symptoms": ["burning when urinating", "Pelvic pain"], "sex": "female", "age": 30}

    def answer() -> dict[str, Any]:
        found = client.post("/v1/recommendations", json=case, headers=headers)
        assert found.status_code == 200, found.data
        return dict(found.get_json())

    before = answer()
    assert "predictors" not in before

    bundles = PredictorBundles(tmp_path)
    first = bundles.write("conditions", fitted.arrays(), fitted.notes())
    wait_for(lambda: "predictors" in answer())
    served = answer()
    assert served["predictors"] == [{"predictor": "conditions", "bundle": first}]
    assert any(e["node"]["id"] == "C:uti" and e["prediction"]["bundle"] == first for e in served["evidence"])

    # Another version, whose file is changed before anybody looks: the service goes on without it and says so.
    second = bundles.write("conditions", fitted.arrays(), fitted.notes() | {"note": "again"})
    [path] = tmp_path.glob(f"predictors/conditions/{second}-*")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    wait_for(lambda: "predictors_refused" in answer())
    refused = answer()
    assert refused["predictors"] == []
    [told] = refused["predictors_refused"]
    assert told["predictor"] == "conditions"
    assert "was changed or comes from elsewhere" in told["reason"]
    assert str(tmp_path) not in told["reason"]
    assert refused["recommendations"] == before["recommendations"]

    bundles.roll_back("conditions")
    wait_for(lambda: answer().get("predictors") == served["predictors"])


def test_a_damaged_bundle_serves_nobody_and_the_old_one_goes_on(tmp_path: Path) -> None:
    with closing(EmbeddedStore(tmp_path / "graph.sqlite")) as store:
        write(store, [*REFERENCE, *family_edges()])
        now = [0.0]
        live = LiveServing(guarded(tmp_path), settings_of(tmp_path).graph, clock=lambda: now[0])
        before = live()
        train(store, before.snapshot, tmp_path, CONFIG)
    [path] = (tmp_path / FOLDER).iterdir()
    path.write_bytes(path.read_bytes()[:-8])

    now[0] = LOOK_SECONDS
    live()
    time.sleep(1.0)

    assert live() is before
    with pytest.raises(BundleError, match="train again"):
        LiveServing(guarded(tmp_path), settings_of(tmp_path).graph)
