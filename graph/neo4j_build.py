"""A build beside the live graph in Neo4j: a copy to build into, the move of the pointer, and the deletion of what it left.

The community edition has one database, so that both graphs lie in it, told apart by the number that their elements carry.
Copies and deletions go in many small transactions; until the copy is complete, and again until the old graph is gone, an
interruption leaves what the next build finds and deletes. Of two builds at once one goes on: a graph is built by the loads of
one input, and whoever finds that another build took its place, or writes where it wanted to, says so and stops.
"""

from functools import partial
from secrets import token_hex

from graph.errors import StoreUnavailableError
from graph.neo4j_address import Neo4jAddress
from graph.neo4j_read import unsteady
from graph.neo4j_rows import FORMAT
from graph.neo4j_statements import ATTEMPTS, BUILDING, LIVE, Run, State, Transactions

OLDEST = (5, 26)
"""The oldest server that knows every statement of the catalogue."""
CHANGED = "the store was written to while the build ran; run the build again"
OTHER = "another build runs in the same store; run the command again when it is done"


def state_of(server: Transactions, store: str) -> State | None:
    """What a store's node says; None when there is no such store."""
    rows = server.read(lambda run: run("store/state", store=store))
    return rows[0][0] if rows else None


def check_format(server: Transactions, address: Neo4jAddress) -> None:
    """Raise StoreUnavailableError when a database holds a store of another format."""
    state = state_of(server, LIVE)
    if state is None or state["format"] != FORMAT:
        advice = "use another database, or empty this one and run `python -m loaders build`"
        raise StoreUnavailableError(f"{address} holds a store of another format than {FORMAT}; {advice}")


def check_version(server: Transactions, address: Neo4jAddress) -> None:
    """Raise StoreUnavailableError when a server is too old."""
    version, _ = server.read(lambda run: run("store/version"))[0]
    numbers = tuple(int(part) for part in str(version).split("-")[0].split(".")[:2])
    if numbers < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise StoreUnavailableError(f"{address} is Neo4j {version}; {oldest} or a later one is needed")


def begin(server: Transactions, form: str) -> int:
    """Make the store that a build goes into a copy of the live one, unless an interrupted build left one that still is.

    Returns:
        The number of the graph to build into.

    Raises:
        StoreUnavailableError: when the live store keeps changing, or another build begins.
    """
    for _ in range(ATTEMPTS):
        live, building = state_of(server, LIVE), state_of(server, BUILDING)
        if live is None:
            break
        if building is not None and building["base"] == _loaded(live):
            return int(building["graph"])
        graph = _make_room(server, form)
        for name in ("store/copy_nodes", "store/copy_edges"):
            server.run(name, graph=live["graph"], target=graph)
        if _completed(server, live, graph):
            return graph
    raise unsteady()


def _make_room(server: Transactions, form: str) -> int:
    """Give up the build that there is, if any, and begin one in an empty graph; its number."""

    def work(run: Run) -> int:
        # One after the other: of two builds that begin at once, the later one gives up the earlier one's.
        run("store/lock", store=LIVE, stamp=None, load=False)
        run("store/abandon")
        run("store/forget_notes")
        return int(run("store/create_building", format=form, stamp=token_hex(8))[0][0])

    graph = server.change(work)
    delete_retired(server)
    return graph


def _completed(server: Transactions, live: State, graph: int) -> bool:
    """Complete the copy of a graph, unless the live store was written to meanwhile."""

    def work(run: Run) -> bool:
        # The stamp stays what it is: a copy changes nothing.
        now = run("store/lock", store=LIVE, stamp=None, load=False)[0][0]
        building = run("store/state", store=BUILDING)
        if not building or building[0][0]["graph"] != graph:
            raise StoreUnavailableError(OTHER)
        if _loaded(now) != _loaded(live):
            return False
        if building[0][0]["base"]:
            return True  # this very transaction was committed before, and the answer was lost
        run("store/copy_loads", graph=live["graph"], target=graph)
        run("store/copy_told", graph=live["graph"], target=graph)
        # What was told while the copy was made may be in it or not: it counts as told later.
        said = {"revision": live["revision"], "before": live["before"], "told": live.get("told", 0)}
        run("store/set_base", base=_loaded(live), **said)
        return True

    return server.change(work)


def _loaded(state: State) -> str:
    """Names what loads made of a store; what is told of patients changes the store and not this."""
    return str(state.get("loaded") or "never")


def others_build(server: Transactions, graph: int, fingerprint: str) -> bool:
    """Whether a load of other input is under way in the graph that a build goes into."""

    def work(run: Run) -> bool:
        live = run("store/state", store=LIVE)
        return bool(live) and _loads_run(run, graph, live[0][0]["loads"], fingerprint)

    return server.read(work)


def _loads_run(run: Run, graph: int, after: int, but: str = "") -> bool:
    """Whether a load that began in this graph, behind those that it was copied with, goes on; one of an input left out."""
    return bool(run("store/running_loads", graph=graph, after=after, fingerprint=but)[0][0])


def adopt(server: Transactions, graph: int, telling: int) -> bool:
    """Let the live store point at the graph that was built, and delete the old one.

    Args:
        server: the database.
        graph: that was built.
        telling: number of the last telling that it has.

    Returns:
        Whether that was done; it is not when the live store was told more.

    Raises:
        StoreUnavailableError: when a load wrote to the live store since the build began.
    """

    def work(run: Run) -> bool:
        before = run("store/lock", store=LIVE, stamp=None, load=False)[0][0]
        if before["graph"] == graph:
            return True  # this very transaction was committed before, and the answer was lost
        building = run("store/lock", store=BUILDING, stamp=None, load=False)
        if not building or building[0][0]["graph"] != graph or _loads_run(run, graph, before["loads"]):
            raise StoreUnavailableError(OTHER)
        if building[0][0]["base"] != _loaded(before):
            raise StoreUnavailableError(CHANGED)
        if before.get("told", 0) != telling:
            return False
        run("store/adopt", stamp=token_hex(8))
        run("store/forget_notes")
        return True

    done = server.change(work)
    if done:
        delete_retired(server)
    return done


def abandon(server: Transactions, graph: int | None) -> None:
    """Delete the graph that a build went into, unless another build has begun since, and what nothing points at any more."""

    def work(run: Run) -> None:
        building = run("store/lock", store=BUILDING, stamp=None, load=False)
        if building and building[0][0]["graph"] == graph:
            run("store/abandon")
            run("store/forget_notes")

    server.change(work)
    delete_retired(server)


def delete_retired(server: Transactions) -> None:
    """Delete the graphs that nothing points at any more."""
    live = state_of(server, LIVE)
    for graph in live["retired"] if live else ():
        for name in ("store/delete_edges", "store/delete_nodes"):
            server.run(name, graph=graph)
        server.change(partial(_forget, graph=graph))


def _forget(run: Run, graph: int) -> None:
    run("store/delete_loads", graph=graph)
    run("store/delete_told", graph=graph)
    run("store/forget_retired", graph=graph)
