"""Questions as SQL for the SQLite file. Pure: a question in, text and parameters out."""

from datetime import UTC, datetime, timedelta

import msgspec

from core import spelling
from store.query import Filter

# One table of posts; the columns are what filters and counts need, `record` is the whole post. `topics` and `places` hold
# "|a|b|", so that one index covers every question that counts.
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS posts(
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, created INTEGER NOT NULL, deleted INTEGER NOT NULL,
    platform TEXT, account TEXT, kind TEXT, language TEXT, sentiment TEXT, intent TEXT, topics TEXT, places TEXT,
    source TEXT, author TEXT, interactions INTEGER, views INTEGER, record BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS posts_by_time ON posts(
    created, deleted, platform, account, kind, language, sentiment, intent, topics, places, interactions);
DROP INDEX IF EXISTS own_posts;
CREATE INDEX IF NOT EXISTS posts_of_ours ON posts(
    created, interactions, views, kind, account, platform, deleted, language, sentiment, intent, topics, places) WHERE kind = 'own';
CREATE INDEX IF NOT EXISTS posts_by_source ON posts(source, created);
CREATE INDEX IF NOT EXISTS posts_by_author ON posts(author, created) WHERE author IS NOT NULL;
CREATE INDEX IF NOT EXISTS posts_by_interactions ON posts(interactions) WHERE interactions IS NOT NULL AND deleted = 0;
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(text, content='', tokenize="unicode61 remove_diacritics 0 tokenchars '_'");
CREATE TABLE IF NOT EXISTS changes(seq INTEGER PRIMARY KEY AUTOINCREMENT, post INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS accounts(id TEXT PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS account_samples(account TEXT, at INTEGER, record BLOB NOT NULL, PRIMARY KEY(account, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS samples(post TEXT, at INTEGER, record BLOB NOT NULL, PRIMARY KEY(post, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cursors(source TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS passes(id TEXT PRIMARY KEY, source TEXT, started INTEGER, record BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS passes_by_source ON passes(source, started);
CREATE INDEX IF NOT EXISTS passes_by_time ON passes(started);
CREATE TABLE IF NOT EXISTS followers(name TEXT PRIMARY KEY, place INTEGER NOT NULL, state BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS themes(id TEXT PRIMARY KEY, raised INTEGER, record BLOB NOT NULL);
"""

# Counts by local day, kept up to date in the transaction that changes a post, so that a year costs what a month costs.
# The first that knows every dimension a question names answers it, so the small ones come first.
CUBES: dict[str, tuple[str, ...]] = {
    "daily_marks": ("sentiment", "intent"),
    "daily_accounts": ("account", "kind"),
    "daily_feelings": ("topics", "sentiment"),
    "daily_cells": ("topics", "places"),
    "daily": ("platform", "account", "kind", "language", "sentiment", "intent"),
    "daily_topics": ("topics", "sentiment", "intent", "platform"),
    "daily_places": ("places", "topics", "sentiment"),
}
SCHEMA += "".join(
    f"CREATE TABLE IF NOT EXISTS {name}(day INTEGER, {', '.join(f'{c} TEXT' for c in dims)}, posts INTEGER, interactions INTEGER,"
    f" PRIMARY KEY(day, {', '.join(dims)})) WITHOUT ROWID;\n"
    for name, dims in CUBES.items()
)

COUNTED = f"daily counts {sorted(CUBES.items())}"  # changes when they do, so that a file of before is counted anew

SPELT = "digits as told"  # changes when core.spelling does, so that the words of a file of before are indexed anew

SINGLE = {"platforms": "platform", "accounts": "account", "kinds": "kind", "languages": "language", "sentiments": "sentiment",
          "intents": "intent", "sources": "source", "ids": "id"}  # fmt: skip
MANY = {"topics": "topics", "places": "places"}
COLUMN = {"topic": "topics", "place": "places"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Sql = tuple[str, list[object]]


def micros(moment: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment(micro: int) -> datetime:
    """The other way round."""
    return EPOCH + timedelta(microseconds=micro)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How to look for words: fetch every match, or (`walk`) go along the posts and look whether each is among the matches;
    and within which post numbers matches count at all.
    """

    walk: bool = False
    within: tuple[int, int] | None = None


FETCH = Plan()  # every match is fetched


def where(which: Filter, plan: Plan = FETCH) -> Sql:
    """The WHERE of a filter over posts."""
    said: list[str] = [] if which.deleted else ["deleted = 0"]
    values: list[object] = []
    for bound, at in ((">=", which.since), ("<", which.until)):
        if at is not None:
            said.append(f"created {bound} ?")
            values.append(micros(at))
    for says, more in (chosen(which), _searched(which, plan)):
        said += says
        values += more
    return " AND ".join(said) or "1", values


def chosen(which: Filter) -> tuple[list[str], list[object]]:
    """What a filter says beyond time and words, as conditions that are joined by AND."""
    said: list[str] = []
    values: list[object] = []
    for name, column in SINGLE.items():
        wanted = getattr(which, name)
        if name == "kinds" and wanted == ("own",):
            said.append("kind = 'own'")  # said outright, as the index posts_of_ours says it
        elif wanted:
            said.append(f"{column} IN ({','.join('?' * len(wanted))})")
            values += wanted
    for name, column in MANY.items():
        if wanted := getattr(which, name):
            said.append("(" + " OR ".join(f"instr({column}, ?)" if c else f"{column} = ?" for c in wanted) + ")")
            values += [f"|{c}|" if c else "" for c in wanted]
    if which.author is not None:
        said.append("author = ?")
        values.append(which.author)
    return said, values


def _searched(which: Filter, plan: Plan) -> tuple[list[str], list[object]]:
    if not which.search:
        return [], []
    match = matched(which.search)
    if not match:
        return ["0"], []
    bounds = " AND rowid BETWEEN ? AND ?" if plan.within else ""
    return [f"{'+' if plan.walk else ''}number IN (SELECT rowid FROM words WHERE words MATCH ?{bounds})"], [match, *(plan.within or ())]


def matched(search: str) -> str:
    """What a person typed as FTS5's MATCH; empty if there is no word in it."""
    terms = spelling.search_terms(search)
    return " AND ".join('"' + " ".join(words) + '"' + ("*" if prefix else "") for words, prefix in terms)
