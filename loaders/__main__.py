"""The command line of the loaders: ``python -m loaders build|validate|add|export|synth|derive|agreement``.

Exit codes: 0 when every row was accepted, 1 when some were quarantined and the others loaded, 2 when nothing could be loaded
(bad usage, a missing file, an unusable store). Errors are one line on the standard error.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from graph.compiler import current_snapshot
from graph.config import PROJECT, GraphSettings
from graph.connect import open_store, store_exists
from graph.errors import RxpathError
from graph.pseudonyms import KEY_BYTES, read_patient_key
from loaders import export as exporting
from loaders.formats import DATA, formats, sources_near
from loaders.jobs import Job
from loaders.mapping import mapped_source
from loaders.outcome import Outcome
from loaders.run import plan
from loaders.screen import Screen

ALL_ACCEPTED, SOME_QUARANTINED, NOTHING_LOADED = 0, 1, 2
EPILOG = """exit codes:
  0  every row was accepted
  1  some rows were quarantined, the others loaded
  2  nothing could be loaded: bad usage, a missing file, an unusable store
settings: RXPATH_HOME (default .rxpath in the project), RXPATH_GRAPH (default sqlite:///<RXPATH_HOME>/graph.sqlite)
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m loaders",
        description="Load tables into the graph, or only report on them.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    helps = {
        "build": "make the graph of these files anew and put it in the place of the old one",
        "add": "merge these files into the graph",
        "validate": "report what is wrong in these files, row by row, and write nothing",
    }
    for name, text in helps.items():
        command = commands.add_parser(name, help=text, description=text, epilog=EPILOG, formatter_class=parser.formatter_class)
        defaults = {"build": " (default: the project's data/)", "validate": " (none with --shacl: the graph itself)"}
        paths = "files or folders" + defaults.get(name, "")
        command.add_argument("paths", nargs="*" if name in defaults else "+", type=Path, metavar="PATH", help=paths)
        command.add_argument("--format", choices=sorted(formats()), help="the format of all paths (default: found out)")
        command.add_argument("--mapping", type=Path, metavar="FILE.toml", help="which columns of a foreign table mean what")
        command.add_argument("--json", action="store_true", help="print the outcome as JSON")
        command.add_argument("--problems", type=int, default=100, metavar="N", help="problems kept of each file (default 100)")
        command.add_argument("--brief", action="store_true", help="print the totals and the first problems, no table")
        if name != "validate":
            command.add_argument("--dry-run", action="store_true", help="count what would change, and change nothing")
        else:
            shacl = "hold linked data (PATH.trig, .nq or .jsonld), or the graph, against the shapes of the schema"
            command.add_argument("--shacl", action="store_true", help=shacl)
    text = exporting.TEXT
    export = commands.add_parser(
        "export", help=text, description=text, epilog=exporting.EPILOG, formatter_class=parser.formatter_class
    )
    exporting.add_arguments(export)
    synth = commands.add_parser("synth", help="write the tables of a synthetic cohort, or one table for predictors")
    synth.add_argument("folder", type=Path, metavar="DIR")
    what = synth.add_mutually_exclusive_group(required=True)
    what.add_argument("--patients", type=int, metavar="N", help="write the records of so many patients")
    what.add_argument("--table", metavar="NAME", help="write blood.csv or recovery.csv, true probabilities beside the outcome")
    synth.add_argument("--rows", type=int, metavar="N", help="how many rows the table has")
    synth.add_argument("--seed", type=int, default=0, metavar="S")
    derive = commands.add_parser("derive", help="write data/derived/ again from the reference data")
    derive.add_argument("--check", action="store_true", help="only name the files that differ, and write nothing")
    agreement = commands.add_parser("agreement", help="print how far the formulary agrees with the reference data")
    for command in (derive, agreement):
        command.add_argument("--shared", type=Path, default=_shared(), metavar="DIR", help="folder of the reference data")
    return parser


def _shared() -> Path:
    return Path(os.environ.get("RXPATH_SHARED") or PROJECT.parent / "shared")


def _load(arguments: argparse.Namespace) -> int:
    if arguments.command == "validate" and arguments.shacl:
        return _shacl(arguments.paths)
    settings = GraphSettings.from_environment()
    paths = [path.absolute() for path in arguments.paths] or [DATA]
    known = formats()
    chosen = [known[arguments.format]] if arguments.format else list(known.values())
    if arguments.mapping:
        chosen = [mapped_source(arguments.mapping, known.values())]
    screen = Screen(as_json=arguments.json, brief=arguments.brief)
    planned = plan(paths, chosen)
    with screen.progress() as listener:
        job = Job(
            planned,
            sources_near(paths),
            _patient_key(arguments, settings),
            settings.home / "quarantine",
            settings.snapshots,
            arguments.problems,
            listener,
        )
        outcome = _do(arguments, job, settings)
    screen.show(outcome)
    return ALL_ACCEPTED if outcome.clean else SOME_QUARANTINED if outcome.accepted else NOTHING_LOADED


def _patient_key(arguments: argparse.Namespace, settings: GraphSettings) -> bytes:
    """The site's key; a command that writes nothing makes none."""
    if arguments.command == "validate" and not settings.patient_key.exists():
        return bytes(KEY_BYTES)
    return read_patient_key(settings.patient_key)


def _do(arguments: argparse.Namespace, job: Job, settings: GraphSettings) -> Outcome:
    # To open a store is to make it.
    if arguments.command == "validate" and not store_exists(settings.graph, settings.credentials):
        return job.validate(None)
    store = open_store(settings.graph, settings.credentials)
    try:
        if arguments.command == "validate":
            return job.validate(store)
        return (job.build if arguments.command == "build" else job.add)(store, dry=arguments.dry_run)
    finally:
        store.close()


def _export(arguments: argparse.Namespace) -> int:
    print(exporting.export(arguments, GraphSettings.from_environment()))
    return ALL_ACCEPTED


def _shacl(paths: Sequence[Path]) -> int:
    # Imported here: the libraries of linked data take longer than a short command.
    from graph.rdf.ask import dataset_of
    from graph.rdf.read import read_dataset
    from graph.rdf.shapes import violations

    settings = GraphSettings.from_environment()
    if paths:
        named = {str(path): read_dataset(path) for path in paths}
    else:
        store = open_store(settings.graph, settings.credentials)
        snapshot = current_snapshot(store, settings.snapshots)
        store.close()
        named = {f"snapshot {snapshot.checksum}": dataset_of(snapshot)}
    broken = 0
    for name, dataset in named.items():
        found, count = violations(dataset)
        broken += count
        for violation in found:
            print(f"{violation.focus or 'a patient'}  {violation.path}  {violation.constraint}")
        print(f"{name}: {count} violations")
    return SOME_QUARANTINED if broken else ALL_ACCEPTED


def _synth(arguments: argparse.Namespace) -> int:
    from loaders.synthetic import CohortError, write_cohort, write_table

    if (arguments.rows is None) != (arguments.table is None):
        raise CohortError("--rows", "it belongs to --table NAME, which needs it")
    if arguments.table is not None:
        path = write_table(arguments.folder, arguments.table, arguments.rows, arguments.seed, DATA)
        print(f"{path}: {arguments.rows} synthetic rows")
        return ALL_ACCEPTED
    rows = write_cohort(arguments.folder, arguments.patients, arguments.seed, DATA)
    print(f"{arguments.folder}: {arguments.patients} synthetic patients, {rows} rows")
    return ALL_ACCEPTED


def _derive(arguments: argparse.Namespace) -> int:
    from loaders.derive import derive

    differing = derive(arguments.shared, DATA, arguments.check)
    for name in differing:
        print(f"{name}: {'differs' if arguments.check else 'written'}")
    return SOME_QUARANTINED if differing and arguments.check else ALL_ACCEPTED


def _agreement(arguments: argparse.Namespace) -> int:
    from loaders.agreement import agreement, counts_text

    print(counts_text(DATA))
    for name, figure in agreement(arguments.shared, DATA).items():
        excepted = f", {len(figure.excepted)} with a cited exception" if figure.excepted else ""
        print(f"{name}: {figure.agree:,} of {figure.of:,}{excepted}")
        for odd in figure.at_odds[:20]:
            print(f"  at odds: {odd}")
    return ALL_ACCEPTED


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and answer its exit code."""
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if parsed.command == "validate" and not (parsed.paths or parsed.shacl):
        parser.error("the following arguments are required: PATH")
    commands = {"export": _export, "synth": _synth, "derive": _derive, "agreement": _agreement}
    try:
        return commands.get(parsed.command, _load)(parsed)
    except (RxpathError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return NOTHING_LOADED
    except KeyboardInterrupt:
        print("interrupted; the same command goes on where it stopped", file=sys.stderr)
        return NOTHING_LOADED


if __name__ == "__main__":
    # Millions of short lists without cycles: the collector's usual rhythm costs a third of the time of a load.
    gc.set_threshold(200_000, 50, 50)
    sys.exit(main())
