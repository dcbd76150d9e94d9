"""Migrations: they end where the tables are, go there in one piece, and know a database that is ahead of them."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, MetaData, Table, inspect, text

from bot.domain.enps import SCALE_1_10
from bot.domain.schedules import ScheduleKind
from bot.domain.summaries import SummaryDefinition
from bot.domain.surveys import FollowUpKind, OwnAnswers, enps_definition
from storage import CannotOpen, Storage, database, migrate
from storage.round_keys import answer_key
from storage.tables import Row

FIRST_VERSION = (
    "INSERT INTO workspaces VALUES ('T1', 'Test', '2026-11-01 00:00:00.000000')",
    "INSERT INTO surveys VALUES ('T1', 's1', 'enps-sales', 'C1', 1, 10, 'U1', '2026-11-01 00:00:00.000000', 'active')",
    "INSERT INTO rounds VALUES ('T1', 'r1', 's1', 1, 'closed', 1, 10, '2026-11-02 00:00:00.000000', "
    "'2026-11-09 00:00:00.000000', 6, 5, 5, 'U1', '2026-11-09 00:00:00.000000', :yes)",
    "INSERT INTO invitations VALUES ('T1', 'r1', 'U1', :yes), ('T1', 'r1', 'U2', :no)",
    "INSERT INTO answers VALUES (:key, 'r1', 'enps', 9)",
    "INSERT INTO comments VALUES (:key, 'r1', 'good people')",
    "INSERT INTO schedules VALUES ('T1', 'd1', 'survey', 's1', 'weekly', '2026-11-02', '09:00:00.000000', "
    "'Asia/Jakarta', 'U1', '2026-11-09 00:00:00.000000', :yes)",
    "INSERT INTO occurrences VALUES ('T1', 'd1', '2026-11-02', '2026-11-02 02:00:00.000000', 'planned', '')",
)
"""Rows of a database of revision 0001."""
THIRD_VERSION = (
    "INSERT INTO actions VALUES ('T1', 'r1', 'done', 'fewer meetings', 'U1', '2026-11-10 00:00:00.000000')",
    "INSERT INTO members VALUES ('T1', 'U1', 'Ayu', 'id-ID', 'Asia/Jakarta', 'id', '', :no, :no, :no, :no, :yes)",
    "INSERT INTO summaries VALUES ('T1', 'm1', 'C1', 'id', 'U1', '2026-11-01 00:00:00.000000', :yes)",
)
"""Rows of a database of revision 0003 beside them."""
FIRST_KEY = bytes(range(32))
STILL_OPEN = (
    "UPDATE rounds SET state = 'open', closed_at = NULL, sealed = :no",
    "INSERT INTO invitations VALUES ('T1', 'r1', 'U3', :yes)",
    "UPDATE answers SET key = :first",
    "INSERT INTO answers VALUES (:second, 'r1', 'enps', 2)",
    "UPDATE comments SET key = :comment",
)
"""... whose round is open: U1 and U3 have answered, and U1 has said why."""


def connect(url: str):
    return database.migration_engine(database.parse_url(url)).connect()


def test_there_is_one_head() -> None:
    scripts = ScriptDirectory.from_config(migrate.config())
    assert scripts.get_heads() == [migrate.head()]
    assert {each.revision for each in scripts.walk_revisions()} == set(migrate.revisions())


def test_a_migrated_database_has_exactly_the_tables_of_the_code(new_database: Callable) -> None:
    url = new_database(False).url
    migrate.upgrade(url)
    options = {"compare_type": True, "compare_server_default": True}
    with connect(url) as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Row.metadata) == []
        # The control: a table, and a column, that no migration knows are noticed.
        changed = MetaData()
        for table in Row.metadata.tables.values():
            table.to_metadata(changed)
        Table("forgotten", changed, Column("id", Integer, primary_key=True))
        changed.tables["members"].append_column(Column("forgotten", Integer))
        found = [each[0] for each in compare_metadata(context, changed)]
        assert sorted(found) == ["add_column", "add_table"]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_partial_and_rowid_properties_are_in_the_migrated_database_too(new_database: Callable) -> None:
    """What compare_metadata does not look at: SQLite's own words for each table and index."""

    def words(connection) -> dict[str, str]:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        return {name: " ".join(sql.replace('"', "").split()) for name, sql in rows if name != "alembic_version"}

    migrated, created = new_database(False).url, new_database(False).url
    migrate.upgrade(migrated)
    with connect(created) as connection:
        Row.metadata.create_all(connection)
        expected = words(connection)
    with connect(migrated) as connection:
        assert words(connection) == expected
    assert expected["answers"].endswith("WITHOUT ROWID")
    assert "WHERE replaced_at IS NULL" in expected["uq_targets_active"]


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_partial_indexes_are_the_same_on_postgresql(new_database: Callable) -> None:
    def words(connection) -> dict[str, str]:
        statement = text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
        return {row.indexname: row.indexdef for row in connection.execute(statement) if "alembic" not in row.indexname}

    migrated, created = new_database(False).url, new_database(False).url
    migrate.upgrade(migrated)
    with connect(created) as connection:
        Row.metadata.create_all(connection)
        expected = words(connection)
        connection.commit()
    with connect(migrated) as connection:
        assert words(connection) == expected
    assert "WHERE" in expected["uq_rounds_running"]


def test_a_fresh_database_is_pending_until_it_is_migrated(new_database: Callable) -> None:
    url = new_database(False).url
    assert migrate.pending(url) is True
    assert migrate.current(url) is None
    migrate.upgrade(url)
    assert migrate.pending(url) is False
    assert migrate.current(url) == migrate.head() == "0007"
    migrate.upgrade(url)
    assert migrate.current(url) == "0007"


def test_looking_at_a_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    assert migrate.pending(f"sqlite:///{tmp_path}/none/denyut.db") is True
    assert list(tmp_path.iterdir()) == []


def test_there_is_no_way_back_and_trying_changes_nothing(new_database: Callable) -> None:
    from alembic import command

    url = new_database().url
    with connect(url) as connection:
        before = inspect(connection).get_table_names()
    with (
        connect(url) as connection,
        pytest.raises(NotImplementedError, match="restore a backup"),
        connection.begin(),
    ):
        command.downgrade(migrate.config(connection), "0001")
    with connect(url) as connection:
        assert inspect(connection).get_table_names() == before
    assert migrate.pending(url) is False


def test_surveys_of_the_first_version_are_kept_whole(new_database: Callable, tmp_path: Path) -> None:
    """A database of revision 0001 with a survey, a round in it, answers and a schedule."""
    from alembic import command

    url = new_database(False).url
    with connect(url) as connection, connection.begin():
        command.upgrade(migrate.config(connection), "0001")
        for statement in FIRST_VERSION:
            connection.execute(text(statement), {"key": b"k" * 16, "no": False, "yes": True})
    migrate.upgrade(url)
    storage = Storage.open(url, tmp_path)
    try:
        survey = storage.read_now("T1", lambda db: db.surveys.by_handle("enps-sales"))
        facts = storage.read_now("T1", lambda db: db.rounds.facts("r1"))
        schedule = storage.read_now("T1", lambda db: db.schedules.of_subject(ScheduleKind.SURVEY, "s1"))
    finally:
        storage.close()
    assert survey.definition == enps_definition("C1", SCALE_1_10)
    assert (facts.counts, facts.texts, facts.answered) == ({"enps": {9: 1}}, {"enps": ("good people",)}, 1)
    assert facts.round.definition == survey.definition
    assert (schedule.rule.until, schedule.rule.zone) == (None, "Asia/Jakarta")


@pytest.fixture
def open_before(new_database: Callable, tmp_path: Path) -> Iterator[Storage]:
    """A database of revision 0001 with an open round, migrated; the bot has not looked at it yet."""
    from alembic import command

    url = new_database(False).url
    keys = {
        "first": answer_key(FIRST_KEY, "score", "U1", "enps"),
        "second": answer_key(FIRST_KEY, "score", "U3", "enps"),
        "comment": answer_key(FIRST_KEY, "comment", "U1", ""),
    }
    with connect(url) as connection, connection.begin():
        command.upgrade(migrate.config(connection), "0001")
        for statement in (*FIRST_VERSION, *STILL_OPEN):
            connection.execute(text(statement), {"key": b"k" * 16, "no": False, "yes": True, **keys})
    migrate.upgrade(url)
    storage = Storage.open(url, tmp_path)
    yield storage
    storage.close()


def who_answered(storage: Storage) -> tuple[list[str], int]:
    invited = storage.read_now("T1", lambda db: db.rounds.invitations("r1"))
    count = storage.read_now("T1", lambda db: db.rounds.answered_count("r1"))
    return [each.member_id for each in invited if each.answered], count


def test_who_has_answered_in_a_round_that_is_open_is_carried_over_with_its_key(
    open_before: Storage, tmp_path: Path
) -> None:
    keys = tmp_path / "keys" / "T1"
    keys.mkdir(parents=True)
    (keys / "r1.key").write_bytes(FIRST_KEY)
    assert who_answered(open_before) == ([], 0), "a migration has no keys"
    open_before.write_now("T1", lambda db: db.answers.record("r1", "U1", {"enps": 8}))  # before the bot got to it

    assert open_before.write_now("T1", lambda db: db.answers.carry_over("r1")) is True

    assert who_answered(open_before) == (["U1", "U3"], 2)
    own = open_before.read_now("T1", lambda db: db.answers.own("r1", "U1", ["enps"]))
    assert own == OwnAnswers({"enps": 8}, {"enps": "good people"})
    assert open_before.read_now("T1", lambda db: db.rounds.get("r1").answered) is None
    open_before.write_now("T1", lambda db: db.answers.record("r1", "U2", {"enps": 5}))
    assert open_before.write_now("T1", lambda db: db.answers.carry_over("r1")) is False
    assert who_answered(open_before) == (["U1", "U2", "U3"], 3)


def test_of_an_open_round_whose_key_is_lost_it_is_carried_over_how_many_answered(open_before: Storage) -> None:
    assert open_before.write_now("T1", lambda db: db.answers.carry_over("r1")) is True

    assert who_answered(open_before) == ([], 2)


def test_what_followed_members_and_summaries_of_the_third_version_are_kept(
    new_database: Callable, tmp_path: Path
) -> None:
    from alembic import command

    url = new_database(False).url
    with connect(url) as connection, connection.begin():
        command.upgrade(migrate.config(connection), "0001")
        for statement in FIRST_VERSION:
            connection.execute(text(statement), {"key": b"k" * 16, "no": False, "yes": True})
        command.upgrade(migrate.config(connection), "0003")
        for statement in THIRD_VERSION:
            connection.execute(text(statement), {"no": False, "yes": True})
    migrate.upgrade(url)
    storage = Storage.open(url, tmp_path)
    try:
        said = storage.read_now("T1", lambda db: db.rounds.follow_up_of("r1"))
        member = storage.read_now("T1", lambda db: db.members.get("U1"))
        summary = storage.read_now("T1", lambda db: db.summaries.get("m1"))
    finally:
        storage.close()
    assert (said.kind, said.text) == (FollowUpKind.DONE, "fewer meetings")
    assert (member.language, member.asked_from, member.free_weekdays, member.may_be_named) == (
        "id",
        None,
        frozenset(),
        False,
    )
    assert (summary.channel_id, summary.definition) == ("C1", SummaryDefinition())


def test_a_migration_that_fails_leaves_nothing_behind(new_database: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    import alembic.op

    url = new_database(False).url

    def break_off(*_: object) -> None:
        raise RuntimeError("broke off in the middle")

    with monkeypatch.context() as patch:
        patch.setattr(alembic.op, "create_index", break_off)
        with pytest.raises(RuntimeError, match="broke off"):
            migrate.upgrade(url)
    with connect(url) as connection:
        assert [name for name in inspect(connection).get_table_names() if name != "alembic_version"] == []
    migrate.upgrade(url)
    assert migrate.pending(url) is False


def test_a_database_from_a_newer_version_is_left_alone(new_database: Callable) -> None:
    url = new_database().url
    with connect(url) as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for ask in (migrate.upgrade, migrate.pending):
        with pytest.raises(CannotOpen, match="newer version"):
            ask(url)
    assert migrate.current(url) == "9999"


def test_several_processes_migrate_once(new_database: Callable) -> None:
    url = new_database(False).url
    command = [sys.executable, "-c", "import sys; from storage import migrate; migrate.upgrade(sys.argv[1])", url]
    replicas = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [replica.communicate(timeout=60)[1] for replica in replicas] == ["", "", ""]
    assert [replica.returncode for replica in replicas] == [0, 0, 0]
    assert migrate.pending(url) is False
