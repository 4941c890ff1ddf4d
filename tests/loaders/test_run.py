"""A load as a whole: the same graph from any order, nothing twice, and going on after an interruption."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.connect import open_store
from graph.elements import EdgeKind, KnowledgeLevel, NodeKind, Provenance
from graph.row_report import RowReport
from graph.store import Batch, EdgeColumns, GraphStore, Load
from loaders.errors import LoadError
from loaders.jobs import Job
from loaders.provenance import Sources, read_sources
from loaders.run import Writer, fingerprint, plan
from loaders.sources.formulary.source import FormularySource
from loaders.sources.medicine_csv import MedicineSource
from loaders.sources.patient_csv import PatientSource
from tests.loaders.conftest import Loaders
from tests.loaders.small import COHORT, FORMULARY, changed, with_row, write_files

Files = Callable[..., Path]
COUNTS = ("created", "changed", "removed")


def counts(outcome: Mapping[str, Mapping[str, int]]) -> list[int]:
    return [outcome["total"][name] for name in COUNTS]


def job(folder: Path, home: Path) -> Job:
    planned = plan([folder], [FormularySource(), MedicineSource(), PatientSource()])
    sources = read_sources(folder / "sources.csv", RowReport("sources.csv"))
    return Job(planned, sources, bytes(32), home / "quarantine", home / "snapshots")


def shuffled(files: Mapping[str, str], seed: int) -> dict[str, str]:
    """The files with the rows of each in another order."""
    chance = random.Random(seed)
    found = {}
    for name, text in files.items():
        header, *rows = text.splitlines()
        chance.shuffle(rows)
        found[name] = "\n".join([header, *rows]) + "\n"
    return found


# The same graph


def test_the_same_input_twice_changes_nothing(built: Loaders, files: Files) -> None:
    _, outcome = built("build", files({**FORMULARY, **COHORT}, "data"))

    assert counts(outcome) == [0, 0, 0]


@given(seed=st.integers(0, 2**32))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_of_rows_gives_the_same_snapshot(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    found = set()
    for content in (FORMULARY, shuffled(FORMULARY, seed)):
        folder = tmp_path_factory.mktemp("order")
        store = open_store(f"sqlite://{folder / 'graph.sqlite'}")
        found.add(job(write_files(folder / "data", content), folder).build(store).snapshot)
        store.close()

    assert len(found) == 1


def test_any_order_of_files_and_of_adding_gives_the_same_snapshot(loaders: Loaders, files: Files) -> None:
    whole = files(FORMULARY)
    expected = loaders("build", whole)[1]["snapshot"]
    paths = sorted(path for path in whole.iterdir() if path.name != "sources.csv")

    backwards = loaders("build", *reversed(paths))[1]

    assert backwards["snapshot"] == expected
    assert counts(backwards) == [0, 0, 0]


def test_a_build_removes_what_its_files_no_longer_say(built: Loaders, files: Files) -> None:
    row = "DrugBank:DB01050,ICD10CM:R51,palliates,first,unreviewed,general-clinical-knowledge,,\n"
    less = changed({**FORMULARY, **COHORT}, "indication.csv", row, "")

    _, outcome = built("build", files(less, "less"))

    assert counts(outcome) == [0, 0, 1]


def test_adding_removes_nothing(built: Loaders, files: Files) -> None:
    less = changed(FORMULARY, "medicine.csv", "Brufen;Advil", "Brufen")

    _, outcome = built("add", files(less, "less"))

    assert counts(outcome) == [0, 0, 0]


def test_a_changed_row_is_a_changed_element(built: Loaders, files: Files) -> None:
    other = changed({**FORMULARY, **COHORT}, "indication.csv", "treats,first", "treats,later")

    _, outcome = built("build", files(other, "other"))

    assert counts(outcome) == [0, 1, 0]


def test_a_dry_run_counts_and_changes_nothing(built: Loaders, files: Files) -> None:
    before = built.store.revision()
    other = with_row(FORMULARY, "substance.csv", "rx:substance-egg,Egg,,unreviewed,general-clinical-knowledge,,")

    _, build = built("build", files(other, "other"), "--dry-run")
    _, add = built("add", files(other, "other"), "--dry-run")

    assert counts(build)[:2] == [1, 0]
    assert counts(build)[2] > 0
    assert counts(add) == [1, 0, 0]
    assert built.store.revision() == before
    assert build["snapshot"] is None
    assert not list(built.home.glob("*.building*"))


def test_a_build_of_which_nothing_is_accepted_leaves_the_graph(built: Loaders, files: Files) -> None:
    before = built.store.counts()

    code, outcome = built("build", files({"indication.csv": "medicine,condition\nx,y\n"}, "broken"))

    assert (code, outcome["files"][0]["refused"]) == (2, True)
    assert built.store.counts() == before


# Interruption


EMPTY = EdgeColumns.uniform(
    EdgeKind.TREATS,
    (NodeKind.MEDICINE, NodeKind.CONDITION),
    ([], []),
    Provenance("book", "1", "CC0"),
    KnowledgeLevel.ASSERTION,
)


class InterruptedLoadError(Exception):
    pass


class FailingStore:
    """A store's door that closes after so many batches; everything else is the store itself."""

    def __init__(self, store: GraphStore, batches: int) -> None:
        self._store = store
        self._left = batches

    def write(self, batch: Batch, load: Load, progress: str) -> None:
        if not self._left:
            raise InterruptedLoadError
        self._left -= 1
        self._store.write(batch, load, progress)


@pytest.mark.parametrize("after", [0, 1, 7, 20])
def test_an_interrupted_load_goes_on_behind_what_it_wrote(store: GraphStore, tmp_path: Path, after: int) -> None:
    folder = write_files(tmp_path / "data", FORMULARY)
    whole = job(folder, tmp_path)
    name = fingerprint(whole.planned, whole.sources, "add")
    load = store.start_load(name)
    with pytest.raises(InterruptedLoadError):
        whole._run(whole._context((store,)), Writer(FailingStore(store, after), load), load)  # type: ignore[arg-type]

    resumed = store.start_load(name)
    # Another process goes on: formats remember what they read.
    outcome = job(folder, tmp_path).add(store)

    assert resumed.number == load.number
    assert int(resumed.progress.partition(" ")[0] or 0) >= after
    assert outcome.resumed
    clean = open_store(f"sqlite://{tmp_path / 'clean.sqlite'}")
    expected = job(folder, tmp_path).add(clean)
    assert (outcome.snapshot, outcome.counts) == (expected.snapshot, expected.counts)
    assert outcome.files == expected.files
    clean.close()


def test_what_is_written_already_is_not_written_again() -> None:
    written: list[str] = []

    class Noting:
        def write(self, batch: Batch, load: Load, progress: str) -> None:
            written.append(progress)

    writer = Writer(Noting(), Load(1, "x", "2 a.csv:7", resumed=True))  # type: ignore[arg-type]
    for place in ("a.csv:3", "a.csv:7", "a.csv:9", "b.csv:2"):
        writer(Batch((), [EMPTY]), place)
    writer(Batch(), "c.csv:2")

    assert written == ["3 a.csv:9", "4 b.csv:2"]


def test_progress_names_the_file_and_the_line(store: GraphStore, tmp_path: Path) -> None:
    seen: list[str] = []

    class Watching:
        def write(self, batch: Batch, load: Load, progress: str) -> None:
            seen.append(progress)
            store.write(batch, load, progress)

    whole = job(write_files(tmp_path / "data", FORMULARY), tmp_path)
    load = store.start_load("x")
    whole._run(whole._context(()), Writer(Watching(), load), load)  # type: ignore[arg-type]

    assert "indication.csv:3" in [text.partition(" ")[2] for text in seen]
    assert [int(text.partition(" ")[0]) for text in seen] == sorted(int(text.partition(" ")[0]) for text in seen)


def test_an_interrupted_build_of_other_files_is_not_gone_on_with(loaders: Loaders, files: Files) -> None:
    folder = files(FORMULARY)
    home = loaders.home
    store = loaders.store
    whole = job(folder, home)
    staging = whole._staging(store, "build")
    whole._run(whole._context(()), Writer(staging, staging.start_load("abandoned")), None)
    staging.close()

    _, outcome = loaders("build", files(with_row(FORMULARY, "substance.csv", "rx:substance-egg,Egg,,checked,book,p,"), "more"))

    assert outcome["total"]["created"] == sum(loaders.store.counts().values())
    assert not outcome["resumed"]


# Plans


def test_a_plan_is_in_the_order_of_loading_whatever_the_order_of_paths(files: Files) -> None:
    folder = files({**FORMULARY, **COHORT})
    paths = [folder / "therapy.csv", folder / "indication.csv", folder / "medicine.csv", folder / "patient.csv"]
    sources = [FormularySource(), PatientSource()]

    expected = ["medicine.csv", "indication.csv", "patient.csv", "therapy.csv"]
    assert [p.file.label for p in plan(paths, sources)] == expected
    assert [p.file.label for p in plan(paths[::-1], sources)] == expected
    assert [p.file.label for p in plan([*paths, folder / "medicine.csv"], sources)] == expected


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_path_with_nothing_to_load_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(LoadError, match=name):
        plan([tmp_path / name], [FormularySource()])


def test_a_fingerprint_depends_on_purpose_and_content(files: Files) -> None:
    sources = [FormularySource()]
    one, same = plan([files(FORMULARY, "a")], sources), plan([files(FORMULARY, "b")], sources)
    other = plan([files(changed(FORMULARY, "substance.csv", "Peanut", "Egg"), "c")], sources)

    none, some = Sources({}), Sources({"book": Provenance("book", "1", "CC0")})

    assert fingerprint(one, none, "build") == fingerprint(same, none, "build")
    different = [(one, none, "build"), (one, none, "add"), (other, none, "build"), (one, some, "build")]
    assert len({fingerprint(*arguments) for arguments in different}) == 4


def test_files_of_one_name_are_told_apart(built: Loaders, files: Files) -> None:
    row = "P1,ICD10CM:R51,2020-13-01,,active"
    one = files(with_row({"diagnosis.csv": COHORT["diagnosis.csv"]}, "diagnosis.csv", row), "one")
    other = files(with_row({"diagnosis.csv": COHORT["diagnosis.csv"]}, "diagnosis.csv", row), "other")

    _, outcome = built("add", one, other)

    labels = [f["file"] for f in outcome["files"]]
    assert [label.endswith(("one/diagnosis.csv", "other/diagnosis.csv")) for label in labels] == [True, True]
    assert len(list((built.home / "quarantine" / "2").iterdir())) == 2
