"""Questions as SQL for the SQLite file. Pure: a question in, text and parameters out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core import spelling
from store.query import CountPosts, Filter, FindPosts

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
CREATE INDEX IF NOT EXISTS own_posts ON posts(created, interactions, views, account, platform, deleted) WHERE kind = 'own';
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
CUBES: dict[str, tuple[str, ...]] = {
    "daily": ("platform", "account", "kind", "language", "sentiment", "intent"),
    "daily_topics": ("topics", "sentiment", "intent", "platform"),
    "daily_places": ("places", "topics", "sentiment"),
}
SCHEMA += "".join(
    f"CREATE TABLE IF NOT EXISTS {name}(day INTEGER, {', '.join(f'{c} TEXT' for c in dims)}, posts INTEGER, interactions INTEGER,"
    f" PRIMARY KEY(day, {', '.join(dims)})) WITHOUT ROWID;\n"
    for name, dims in CUBES.items()
)

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


def where(which: Filter) -> Sql:
    """The WHERE of a filter over posts."""
    said: list[str] = [] if which.deleted else ["deleted = 0"]
    values: list[object] = []
    for bound, at in ((">=", which.since), ("<", which.until)):
        if at is not None:
            said.append(f"created {bound} ?")
            values.append(micros(at))
    for says, more in (_chosen(which), _searched(which)):
        said += says
        values += more
    return " AND ".join(said) or "1", values


def _chosen(which: Filter) -> tuple[list[str], list[object]]:
    said: list[str] = []
    values: list[object] = []
    for name, column in SINGLE.items():
        if chosen := getattr(which, name):
            said.append(f"{column} IN ({','.join('?' * len(chosen))})")
            values += chosen
    for name, column in MANY.items():
        if chosen := getattr(which, name):
            said.append("(" + " OR ".join(f"instr({column}, ?)" if c else f"{column} = ?" for c in chosen) + ")")
            values += [f"|{c}|" if c else "" for c in chosen]
    if which.author is not None:
        said.append("author = ?")
        values.append(which.author)
    return said, values


def _searched(which: Filter) -> tuple[list[str], list[object]]:
    if not which.search:
        return [], []
    terms = spelling.search_terms(which.search)
    if not terms:
        return ["0"], []
    match = " AND ".join('"' + " ".join(words) + '"' + ("*" if prefix else "") for words, prefix in terms)
    return ["number IN (SELECT rowid FROM words WHERE words MATCH ?)"], [match]


def count(question: CountPosts, zone: str) -> tuple[str, list[object], bool]:
    """SQL for a count, its values, and whether its times are day numbers (a cube's) rather than hours."""
    cube = _cube(question, zone)
    columns = [COLUMN.get(d, d) for d in question.by]
    start = _start(question, bool(cube))
    source, sums = (cube, "SUM(posts), SUM(interactions)") if cube else ("posts", "COUNT(*), SUM(COALESCE(interactions, 0))")
    said, values = _cube_where(question) if cube else where(question.filter)
    index = " INDEXED BY posts_by_time" if source == "posts" and _is_covered(question) else ""
    groups = ", ".join(["1", *(str(i + 2) for i in range(len(columns)))])
    sql = f"SELECT {', '.join([start, *columns])}, {sums} FROM {source}{index} WHERE {said} GROUP BY {groups}"
    return sql, values, bool(cube)


def _start(question: CountPosts, from_cube: bool) -> str:
    if not question.bucket:
        return "0"
    return "day" if from_cube else f"created / {raw_unit(question)}"


def raw_unit(question: CountPosts) -> int:
    """Microseconds of the unit in which times are counted: an hour, or a quarter where local hours begin at +:30 or +:45."""
    return 3_600_000_000 if question.bucket != "quarter" and _hours_do(question.timezone) else 900_000_000


def _hours_do(name: str) -> bool:
    """Whether hours of this zone begin at hours of UTC (not so at +03:30 and +05:45)."""
    offset = datetime(2026, 1, 1, tzinfo=ZoneInfo(name)).utcoffset() or timedelta()
    return offset % timedelta(hours=1) == timedelta()


def _is_covered(question: CountPosts) -> bool:
    f = question.filter
    return not (f.search or f.ids or f.sources or f.author or "source" in question.by)


def _cube(question: CountPosts, zone: str) -> str | None:
    """The smallest cube that can answer, if any can."""
    f = question.filter
    if question.bucket in ("quarter", "hour") or question.timezone != zone or f.deleted or not _is_covered(question):
        return None
    if not all(at is None or _is_midnight(at, zone) for at in (f.since, f.until)):
        return None
    needed = {COLUMN.get(d, d) for d in question.by}
    needed |= {column for name, column in (SINGLE | MANY).items() if getattr(f, name)}
    return next((name for name, dims in CUBES.items() if needed <= set(dims)), None)


def _is_midnight(at: datetime, zone: str) -> bool:
    local = at.astimezone(ZoneInfo(zone))
    return local.hour == local.minute == local.second == local.microsecond == 0


def _cube_where(question: CountPosts) -> Sql:
    zone = ZoneInfo(question.timezone)
    said, values = _chosen(question.filter)
    for bound, at in ((">=", question.filter.since), ("<", question.filter.until)):
        if at is not None:
            said.append(f"day {bound} ?")
            values.append(at.astimezone(zone).date().toordinal())
    return " AND ".join(said) or "1", values


def find(question: FindPosts) -> Sql:
    """SQL for one page of posts."""
    said, values = where(question.filter)
    order = {"newest": "created DESC, number DESC", "oldest": "created, number", "most": "interactions DESC, created DESC",
             "least": "interactions IS NULL, interactions, created DESC"}[question.order]  # fmt: skip
    return f"SELECT record FROM posts WHERE {said} ORDER BY {order} LIMIT ? OFFSET ?", [*values, question.limit, question.offset]
