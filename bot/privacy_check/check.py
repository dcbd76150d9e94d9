"""The order of the attacks, and what each of them looks at. They change nothing."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.domain.comparisons import EarlierRound
from bot.domain.surveys import Invitation, Round
from bot.privacy_check import linking, published, traces
from bot.privacy_check.findings import Finding, Progress, note, outcome, problem
from bot.privacy_check.linking import Case, Source, Tried
from bot.settings import SECRETS, Settings
from storage import CannotOpen, remains
from storage.attacks import Reading

SEALED_WITHIN = timedelta(hours=1)
"""A closed round is sealed on the next pass, within a minute; what takes longer does not come by itself."""
OUT_OF_REACH = (
    "the memory of this host, and whoever could read it while a round was open",
    "what Slack itself keeps: its logs, and the history of conversations",
    "backups, snapshots and replicas that lie elsewhere, of the data folder while a round was open",
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was read from the database before its files are looked at: sealed rounds, and those whose key is in use."""

    cases: Sequence[Case]
    with_key: set[tuple[str, str]]


def examine(
    settings: Settings, logs: Sequence[Path], env_file: Path, now: datetime, progress: Progress
) -> Iterator[Finding]:
    """Attacks what the settings name and reports line by line. `logs` are log files to be searched as well. Not in the
    process of a running bot: see `storage.attacks.Reading`."""
    file = remains.sqlite_file(settings.database_url)
    # first of all: closing the last connection of SQLite would empty the journal
    journal = bytes(remains.contents(remains.journal_of(file))) if file else b""
    try:
        reading = Reading.open(settings.database_url, settings.data_dir)
    except CannotOpen as trouble:
        yield problem(str(trouble), "See that DATABASE_URL and DENYUT_DATA_DIR are those of the bot")
        return
    try:
        seen = yield from _database(reading, now, progress)
        is_sqlite, sent_away = reading.is_sqlite, reading.copies_outside()
    finally:
        reading.close()
    yield from _keys(settings.data_dir, seen)
    if file and is_sqlite:
        yield from _files(file, journal, settings.data_dir, seen)
    yield from _searched(settings, file, journal, logs, env_file, seen, progress)
    yield from (note(f"Out of reach from here: {each}") for each in OUT_OF_REACH)
    if not is_sqlite:
        yield note("Out of reach from here: the files of the PostgreSQL server and its write-ahead log")
        yield from (note(f"PostgreSQL keeps former rows elsewhere: {each}") for each in sent_away)


def _database(reading: Reading, now: datetime, progress: Progress) -> Generator[Finding, None, _Seen]:
    """What the tables show; returns what was read."""
    yield from outcome(
        "The tables are as Denyut makes them: no time, no order and no person beside an answer",
        [
            problem(f"In the database {each}", "Remove it, then close and seal open rounds.")
            for each in reading.schema_faults()
        ],
    )
    closed = {each: reading.closed_rounds(each) for each in reading.workspaces()}
    anonymous = [
        (workspace_id, each)
        for workspace_id, rounds in closed.items()
        for each in rounds
        if not each.definition.is_named
    ]
    late = [
        each
        for workspace_id, each in anonymous
        if not each.sealed
        and now - (each.closed_at or each.closes_at) > SEALED_WITHIN
        and _invited(reading, workspace_id, each)  # of imported ones there is nobody to be linked
    ]
    yield from outcome(
        f"{_count(len(anonymous), 'closed anonymous round')}, each sealed in time",
        [
            problem(
                f"Round {each.id} was closed on {each.closed_at or each.closes_at:%d %b %Y, %H:%M} UTC, and not sealed",
                "See that the bot runs and what its log says of the job surveys.seal.",
            )
            for each in late
        ],
    )
    sealed = [(workspace_id, each) for workspace_id, each in anonymous if each.sealed]
    cases = []
    for number, (workspace_id, each) in enumerate(sealed):
        progress("Reading rounds", number, len(sealed))
        cases.append(_case(reading, workspace_id, each))
    yield from _rows(reading, cases, progress)
    yield from _publications(reading, closed, progress)
    just_closed = {(workspace_id, each.id) for workspace_id, each in anonymous if not each.sealed and each not in late}
    return _Seen(cases, reading.open_round_ids() | just_closed)


def _case(reading: Reading, workspace_id: str, closed: Round) -> Case:
    return Case(
        workspace_id,
        closed,
        [each.member_id for each in _invited(reading, workspace_id, closed)],
        reading.placed("answers", closed.id),
        reading.placed("comments", closed.id),
        reading.texts(closed.id),
    )


def _rows(reading: Reading, cases: Sequence[Case], progress: Progress) -> Iterator[Finding]:
    again = "Set sealed to false for it: the bot then seals it again."
    marked = [each for each in cases if reading.still_marked(each.round.id)]
    yield from outcome(
        "No sealed round holds who answered",
        [problem(f"{each.name} still holds who answered, under keys of people", again) for each in marked],
    )
    named = [each for each in cases if reading.under_names(each.round.id)]
    yield from outcome(
        "No answer of an anonymous round lies beside a name",
        [problem(f"Answers of {each.name} lie beside names", "Delete them from named_answers.") for each in named],
    )
    told = [each for each in cases if any(count > 1 for count in reading.transactions(each.round.id).values())]
    unordered = [problem(f"Rows of {each.name} show in which transactions they came", again) for each in told]
    unordered += [finding for each in cases for finding in linking.order(each)]
    yield from outcome("Rows lie in no order that tells anything", unordered)
    messages = [f for each in cases for f in traces.owed(each, reading.deliveries(each.workspace_id, each.round.id))]
    yield from outcome("Messages that were owed tell nothing of an answer, nor when one was given", messages)
    yield from outcome(
        "No other table holds an answer or a comment",
        [*traces.rows(cases, reading.traces(), progress)] if cases else [],
    )


def _publications(reading: Reading, closed: dict[str, list[Round]], progress: Progress) -> Iterator[Finding]:
    faults: list[Finding] = []
    count = 0
    for workspace_id, rounds in closed.items():
        shown = [_asked_in(reading, workspace_id, each) for each in rounds if each.published is not None]
        count += len(shown)
        faults += published.audit(shown, progress)
    yield from outcome(
        f"What was published of {_count(count, 'round')} tells nobody's answer, also all together", faults
    )


def _asked_in(reading: Reading, workspace_id: str, closed: Round) -> EarlierRound:
    asked = {each.member_id: each.segment for each in _invited(reading, workspace_id, closed)}
    return EarlierRound(closed, asked, tuple(reading.work(workspace_id, lambda db: db.answers.named(closed.id))))


def _invited(reading: Reading, workspace_id: str, closed: Round) -> list[Invitation]:
    return reading.work(workspace_id, lambda db: db.rounds.invitations(closed.id))


def _keys(data_dir: Path, seen: _Seen) -> Iterator[Finding]:
    faults = []
    for each in remains.key_files(data_dir):
        in_use = (each.workspace_id, each.round_id) in seen.with_key and each.path.name == f"{each.round_id}.key"
        if not in_use:
            faults.append(
                problem(f"The key of a round that is over is still on disk: {each.path}", "Delete that file.")
            )
        elif each.others_may_read:
            faults.append(problem(f"Other users may read the key {each.path}", "Run: chmod 600 on it."))
    yield from outcome("No key of a closed round is left in the data folder", faults)


def _files(file: Path, journal: bytes, data_dir: Path, seen: _Seen) -> Iterator[Finding]:
    free = remains.free_pages(file)
    fix = "Stop the bot and run once: sqlite3 DATABASE 'PRAGMA secure_delete=ON; VACUUM;'"
    faults = []
    if free.not_empty:
        faults.append(problem(f"{free.not_empty} free pages of {file} still hold what was deleted", fix))
    data = remains.contents(file)
    for case in seen.cases:
        if remains.former_rows(data, case.round.id, case.keys):
            faults.append(problem(f"Former answers of {case.name} are still in {file}", fix))
        if remains.former_rows(journal, case.round.id, case.keys):
            faults.append(problem(f"Former answers of {case.name} are still in the journal of {file}", fix))
    yield from outcome("Nothing is left of former rows in the database file and its journal", faults)
    sealed = {case.round.id for case in seen.cases}
    copies = []
    for path in remains.copies_of_databases(data_dir, file):
        if any(round_id in sealed for round_id in remains.answered_in_copy(path)):
            copies.append(
                problem(
                    f"{path} is a copy from when a round was open that is sealed now: it holds the answers of then",
                    "Delete it, or make a new backup and delete it then.",
                )
            )
    yield from outcome("No copy of the database in the data folder is from before a seal", copies)


def _searched(
    settings: Settings,
    file: Path | None,
    journal: bytes,
    logs: Sequence[Path],
    env_file: Path,
    seen: _Seen,
    progress: Progress,
) -> Iterator[Finding]:
    """Keys that are found or computed, and the logs."""
    secrets = [each.encode() for each in _secrets(settings)]
    own = {file, remains.journal_of(file)} if file else set()
    copies = remains.copies_of_databases(settings.data_dir, file)
    others = (
        [each for each in remains.files_below(settings.data_dir) if each not in own]
        if settings.data_dir.is_dir()
        else []
    )
    paths = [*others, *logs, *((env_file,) if env_file.is_file() else ()), *((file,) if file else ())]
    sources = [Source("the settings", b"\n".join(secrets)), Source("the journal", journal)]
    sources += [Source(str(path), remains.contents(path)) for path in paths]
    more = set().union(*(remains.answer_keys_in_copy(path) for path in copies)) if copies else set[bytes]()
    tried = Tried()
    faults = [*linking.found_keys(seen.cases, sources, more, tried, progress)]
    faults += linking.computed_keys(seen.cases, secrets, progress)
    how = " (a sample, as there are too many to try all with everybody)" if tried.is_sampled else ""
    yield from outcome(
        f"{tried.keys:,} possible keys from {_count(len(sources), 'place')} and computed ones open no answer{how}",
        faults,
    )
    if logs:
        told = [f for path in logs for f in traces.log(seen.cases, str(path), path.read_text("utf-8", "replace"))]
        yield from outcome(f"No answer in {_count(len(logs), 'log file')}", told)
    else:
        yield note("No log was searched. Name log files with --log")


def _secrets(settings: Settings) -> Iterator[str]:
    for name in SECRETS:
        value = getattr(settings, name)
        if value:
            yield value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
