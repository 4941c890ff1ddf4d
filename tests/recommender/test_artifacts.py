"""Bundles: what is written is read again, and what does not fit is refused."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from graph.array_file import ArrayFile, write_arrays
from recommender.artifacts import FOLDER, find_bundle, read_bundle
from recommender.bundling import Trained, train
from recommender.errors import BundleError
from tests.recommender.conftest import Graph
from tests.recommender.test_training import CONFIG
from tests.recommender.training_graph import family_edges


@pytest.fixture
def graph(graph_of: Callable[..., Graph]) -> Graph:
    return graph_of(family_edges())


def trained(graph: Graph) -> Trained:
    return train(graph.store, graph.snapshot, graph.folder, CONFIG)


def only(graph: Graph) -> Path:
    [path] = (graph.folder / FOLDER).iterdir()
    return path


def test_a_bundle_is_read_as_it_was_written(graph: Graph) -> None:
    made = trained(graph)

    found = find_bundle(graph.folder / FOLDER, graph.snapshot)

    assert found is not None
    assert (found.tag, found.metapaths, found.means) == (made.bundle.tag, made.bundle.metapaths, made.bundle.means)
    assert [m for m in found.metapaths if m.start == "Condition"] == list(made.model.metapaths)
    assert (found.damping, found.intercept) == (made.model.damping, made.model.intercept)
    assert found.calibrations["exploratory"].reliability() == made.bundle.calibrations["exploratory"].reliability()
    assert only(graph).name == f"{graph.snapshot.checksum}-{found.tag}.bundle"
    similar = [key for key in found.snapshot.relations if key.method]
    assert similar
    for key in similar:
        walked, kept = made.model.snapshot.relations[key], found.snapshot.relations[key]
        assert (walked.outward.targets == kept.outward.targets).all()
        assert walked.similarities is not None
        assert kept.similarities is not None
        assert (walked.similarities == kept.similarities).all()
        assert found.snapshot.edge(kept, 0).provenance.source == f"similar-to/{key.method}"


def test_the_same_training_makes_the_same_bytes(graph: Graph) -> None:
    first = trained(graph)
    data = only(graph).read_bytes()

    again = trained(graph)

    assert again.bundle.tag == first.bundle.tag
    assert only(graph).read_bytes() == data


def test_there_is_no_bundle_of_an_untrained_snapshot(graph: Graph) -> None:
    assert find_bundle(graph.folder / FOLDER, graph.snapshot) is None


def test_a_bundle_of_another_snapshot_is_refused(graph: Graph, graph_of: Callable[..., Graph]) -> None:
    trained(graph)
    other = graph_of([*family_edges(), ("M:new", "TREATS", "C:00")])

    with pytest.raises(BundleError, match=f"trained on snapshot {graph.snapshot.checksum[:12]} and not on"):
        read_bundle(only(graph), other.snapshot)


@pytest.mark.parametrize("place", [0, 9, 200, -200, -1])
def test_a_damaged_bundle_is_refused(graph: Graph, place: int) -> None:
    trained(graph)
    path = only(graph)
    data = bytearray(path.read_bytes())
    data[place] ^= 0x40
    path.write_bytes(data)

    with pytest.raises(BundleError, match=r"\.bundle (is damaged|cannot be read|has another format).* train again"):
        find_bundle(graph.folder / FOLDER, graph.snapshot)


@pytest.mark.parametrize("size", [0, 10, 1000, -1])
def test_a_bundle_that_is_cut_short_is_refused(graph: Graph, size: int) -> None:
    trained(graph)
    path = only(graph)
    path.write_bytes(path.read_bytes()[:size])

    with pytest.raises(BundleError, match="train again"):
        find_bundle(graph.folder / FOLDER, graph.snapshot)


def rewritten(graph: Graph, change: Callable[[dict], None]) -> None:  # type: ignore[type-arg]
    """The bundle with other notes, under the name that its new content has."""
    path = only(graph)
    arrays = ArrayFile(path)
    notes = orjson.loads(orjson.dumps(arrays.notes))
    change(notes)
    new = write_arrays(path.parent, ".new", {name: arrays[name] for name in arrays}, notes)
    path.unlink()
    new.rename(path.with_name(f"{graph.snapshot.checksum}-{new.stem}.bundle"))


def test_another_format_is_refused(graph: Graph) -> None:
    trained(graph)
    rewritten(graph, lambda notes: notes.update(bundle_format=0))

    with pytest.raises(BundleError, match="another format; train again"):
        find_bundle(graph.folder / FOLDER, graph.snapshot)


@pytest.mark.parametrize("weight", [None, -1.0, "much"])
def test_a_weight_that_is_no_number_is_refused(graph: Graph, weight: object) -> None:
    trained(graph)

    def change(notes: dict) -> None:  # type: ignore[type-arg]
        notes["metapaths"][0][2] = weight

    rewritten(graph, change)

    with pytest.raises(BundleError, match="cannot be read"):
        find_bundle(graph.folder / FOLDER, graph.snapshot)


def test_nothing_of_a_failed_write_is_left(graph: Graph, tmp_path: Path) -> None:
    (graph.folder / FOLDER).write_text("a file in the place of the folder")

    with pytest.raises(Exception, match=r"(?i)not a directory|exists|cannot be written"):
        trained(graph)
