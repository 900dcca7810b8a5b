"""The ledger's tables: in SQLite and PostgreSQL the same, made and brought up to date by migrations, one organisation apart from another."""

import threading
import uuid
from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sql
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from cases import engine as cases_engine
from cases.store import open_cases
from core.errors import BadSettings, StoreFailed
from core.settings import Settings
from core.settings import read as read_settings
from store import database, ledger
from store.base import Follower, Gap, Pass
from store.database import postgres_address
from store.ledger import SqlLedger, open_ledger
from tests.cases.factory import case
from tests.make import NOON

# The tables as they were before there were migrations, in SQL that both engines read.
BEFORE_MIGRATIONS = (
    "CREATE TABLE cursors (source TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (source))",
    "CREATE TABLE passes (id TEXT NOT NULL, source TEXT NOT NULL, started TIMESTAMP WITH TIME ZONE, record TEXT NOT NULL,"
    " stored BIGINT DEFAULT '0' NOT NULL, duplicates BIGINT DEFAULT '0' NOT NULL, PRIMARY KEY (id))",
    "CREATE INDEX passes_by_source ON passes (source, started)",
    "CREATE INDEX passes_by_time ON passes (started)",
    "CREATE TABLE followers (name TEXT NOT NULL, place BIGINT NOT NULL, state {bytes} NOT NULL, PRIMARY KEY (name))",
)


def organisation(server):
    """Settings of an organisation that has the server's database to itself, under a prefix nobody else has."""
    return Settings(postgres=server, others={"PREFIX": f"t{uuid.uuid4().hex[:12]}"})


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def url(request, tmp_path):
    """The address of an empty database in each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return postgres_address(organisation(request.getfixturevalue("postgres")))


@pytest.fixture
def kept(url):
    opened = SqlLedger(ledger.connect(url))
    yield opened
    opened.close()


def line(number=1, source="x.mentions.city", **told):
    return Pass(id=f"{source}@{number}", source=source, platform="x", started=NOON + timedelta(minutes=number), **told)


def test_the_migrations_make_exactly_the_tables(url):
    engine = ledger.connect(url)
    with database.reading(engine) as db:
        context = MigrationContext.configure(db, opts={"version_table": ledger.HISTORY.table})
        assert compare_metadata(context, ledger.metadata) == []


def test_a_database_from_before_migrations_keeps_what_it_holds(url):
    engine = database.connect(url, cases_engine.HISTORY)  # makes the schema, as the cases did
    record = msgspec.json.encode(line(7, pages=3)).decode()
    with database.writing(engine) as db:
        for made in BEFORE_MIGRATIONS:
            db.exec_driver_sql(made.format(bytes="BYTEA" if engine.dialect.name == "postgresql" else "BLOB"))
        db.execute(sql.insert(ledger.cursors).values(source="x.mentions.city", value="17"))
        db.execute(
            sql.insert(ledger.passes).values(
                id="x.mentions.city@7", source="x.mentions.city", started=NOON, record=record, stored=5, duplicates=1
            )
        )
        db.execute(sql.insert(ledger.followers).values(name="sada.themes", place=9, state=b"memory"))
    opened = SqlLedger(ledger.connect(url))
    assert opened.cursor("x.mentions.city") == "17"
    assert [(p.id, p.pages, p.stored, p.duplicates) for p in opened.passes()] == [("x.mentions.city@7", 3, 5, 1)]
    assert opened.follower("themes") == Follower(name="themes", place=9, state=b"memory")
    with database.reading(engine) as db:
        context = MigrationContext.configure(db, opts={"version_table": ledger.HISTORY.table})
        assert context.get_current_revision() == "0002"


def test_opening_twice_changes_nothing(url):
    SqlLedger(ledger.connect(url)).save([("s", "1")], [])
    assert SqlLedger(ledger.connect(url)).cursor("s") == "1"


def test_a_database_of_a_later_version_is_refused(url):
    engine = ledger.connect(url)
    with database.writing(engine) as db:
        db.exec_driver_sql("UPDATE ledger_version SET version_num = '9999'")
    with pytest.raises(StoreFailed, match="brought to 9999 by a later version"):
        ledger.connect(url)


def test_cases_and_ledger_lie_in_one_database_with_a_history_each(url):
    cases_engine.connect(url).dispose()
    SqlLedger(ledger.connect(url)).save([("s", "1")], [])
    tables = sql.inspect(cases_engine.connect(url)).get_table_names()
    assert {"cases", "users", "audit", "cursors", "passes", "followers", "alembic_version", "ledger_version"} <= set(tables)


def test_a_cursor_moves_and_a_pass_is_replaced(kept):
    kept.save([("s", "1"), ("t", "a")], [line(1)])
    kept.save([("s", "2")], [line(1, pages=4, gaps=(Gap(since=NOON, until=NOON, cause="limit"),))])
    assert (kept.cursor("s"), kept.cursor("t"), kept.cursor("u")) == ("2", "a", None)
    assert [(p.pages, p.gaps[0].cause) for p in kept.passes()] == [(4, "limit")]


def test_what_workers_count_outlives_a_later_line_of_the_same_pass(kept):
    kept.save([], [line(1)])
    kept.count("x.mentions.city@1", 30, 2)
    kept.count("x.mentions.city@1", 12, 0)
    kept.count("nobody@1", 99, 99)
    kept.save([], [line(1, pages=2)])
    assert [(p.pages, p.stored, p.duplicates) for p in kept.passes()] == [(2, 42, 2)]


def test_passes_come_newest_first_by_source_and_no_more_than_asked(kept):
    kept.save([], [line(n) for n in (2, 1, 3)] + [line(9, source="feed.news")])
    assert [p.id.partition("@")[2] for p in kept.passes("x.mentions.city")] == ["3", "2", "1"]
    assert [p.source for p in kept.passes(limit=1)] == ["feed.news"]


def test_a_follower_goes_on_from_where_it_was(kept):
    kept.save_follower(Follower(name="themes", place=1, state=b"\x00a"))
    kept.save_follower(Follower(name="themes", place=2, state=b"\x00b"))
    assert kept.follower("themes") == Follower(name="themes", place=2, state=b"\x00b")
    assert kept.follower("alerts") is None


def test_cursor_and_pass_are_kept_together_or_not_at_all(kept):
    with pytest.raises(StoreFailed):
        kept.save([("s", "1")], [line(1), msgspec.structs.replace(line(2), source=None)])
    assert (kept.cursor("s"), kept.passes()) == (None, [])


@pytest.mark.services
def test_organisations_on_one_server_see_nothing_of_each_other(postgres):
    one, other = organisation(postgres), organisation(postgres)
    with_one, with_other = open_ledger(one), open_ledger(other)
    with_one.save([("x.mentions.city", "17")], [line(1)])
    with_one.save_follower(Follower(name="themes", place=5))
    assert (with_other.cursor("x.mentions.city"), with_other.passes(), with_other.follower("themes")) == (None, [], None)
    mine, theirs = open_cases(one), open_cases(other)
    mine.put_many([case(1)])
    assert (len(list(mine.all())), list(theirs.all())) == (1, [])


@pytest.mark.services
def test_processes_that_start_at_once_make_the_tables_once(postgres):
    settings, failed = organisation(postgres), []

    def begin(open_):
        try:
            open_(settings).close()
        except StoreFailed as error:
            failed.append(error)

    starting = [threading.Thread(target=begin, args=(open_,)) for open_ in (open_ledger, open_cases) * 3]
    for thread in starting:
        thread.start()
    for thread in starting:
        thread.join()
    assert failed == []
    assert open_ledger(settings).passes() == []


@pytest.mark.parametrize("prefix", ["Gaza", "public", "pg_catalog", "1st", 'a"b', "a b", "ä", "a" * 41])
def test_a_prefix_that_cannot_be_a_schema_is_refused_at_the_door(prefix):
    with pytest.raises(BadSettings, match="SADA_PREFIX"):
        read_settings({"SADA_PREFIX": prefix})


# SADA_POSTGRES, SADA_PREFIX → what the driver is told beside host and name
ADDRESSES = [
    ("postgresql://u@h/d", None, "postgresql+psycopg://u@h/d"),
    ("postgresql://u@h/d", "sada", "postgresql+psycopg://u@h/d"),
    ("postgresql://u:p@h/d?sslmode=require", "gaza-1", "postgresql+psycopg://u:p@h/d?options=-csearch_path%3D%22gaza-1%22&sslmode=require"),
    ("postgresql://h/d?options=-cwork_mem%3D8MB", "a", "postgresql+psycopg://h/d?options=-cwork_mem%3D8MB+-csearch_path%3D%22a%22"),
]


@pytest.mark.parametrize(("told", "prefix", "made"), ADDRESSES)
def test_the_prefix_is_the_schema(told, prefix, made):
    assert postgres_address(Settings(postgres=told, others={"PREFIX": prefix} if prefix else {})) == made


def test_a_server_that_does_not_answer_is_said_so_without_its_password():
    with pytest.raises(StoreFailed) as caught:
        open_ledger(Settings(postgres="postgresql://sada:hidden@127.0.0.1:1/none"))
    assert "127.0.0.1" in str(caught.value)
    assert "hidden" not in str(caught.value)
