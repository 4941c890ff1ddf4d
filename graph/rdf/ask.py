"""Questions in SPARQL about the knowledge of a snapshot, by rdflib over an Oxigraph store."""

from collections.abc import Sequence
from typing import NamedTuple

import pyoxigraph
from oxrdflib import OxigraphStore
from rdflib import Dataset, URIRef
from rdflib.query import ResultRow

from graph.errors import QuestionError
from graph.rdf import words
from graph.rdf.write import Quads
from graph.snapshot import Snapshot


class Answer(NamedTuple):
    """What a question is answered.

    Attributes:
        columns: the names of its variables.
        rows: texts, numbers and truth values; ids in the place of the IRIs of nodes; None where nothing is bound.
    """

    columns: Sequence[str]
    rows: Sequence[tuple[str | int | float | bool | None, ...]]


def dataset_of(snapshot: Snapshot) -> Dataset:
    """The linked form of a snapshot, in memory; a question that names no graph is asked of all of them."""
    store = pyoxigraph.Store()
    store.bulk_extend(Quads(snapshot).all())
    dataset = Dataset(store=OxigraphStore(store=store), default_union=True)
    for prefix, iri in {**words.PREFIXES, **words.VOCABULARIES}.items():
        dataset.bind(prefix, iri)
    return dataset


def ask(dataset: Dataset, question: str) -> Answer:
    """The answer to a question that selects or asks; the prefixes of ids and vocabularies need not be declared.

    Raises:
        QuestionError: when it is no such question.
    """
    known = {**words.PREFIXES, **words.VOCABULARIES}
    declared = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in known.items())
    try:
        found = dataset.query(declared + question)
    except (ValueError, SyntaxError) as error:
        raise QuestionError(f"the question is no SPARQL: {str(error).splitlines()[0]}") from error
    if found.type == "ASK":
        return Answer(("answer",), ((bool(found.askAnswer),),))
    if found.type != "SELECT":
        raise QuestionError("a question that begins with SELECT or ASK is expected")
    names = [str(variable) for variable in found.vars or ()]
    rows = (row for row in found if isinstance(row, ResultRow))
    return Answer(names, [tuple(_value(row[name]) for name in names) for row in rows])


def _value(term: object) -> str | int | float | bool | None:
    if term is None:
        return None
    if isinstance(term, URIRef):
        try:
            return words.node_id(str(term))
        except ValueError:
            return str(term)
    value = term.toPython() if hasattr(term, "toPython") else term
    return value if isinstance(value, (int, float, bool)) else str(value)
