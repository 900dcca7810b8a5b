"""sada setup, work, dead-letters: the distributed set-up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer

from cases.store import open_cases
from core.errors import AskedWrongly, BadSettings
from core.settings import Settings
from store.distributed import connect, open_distributed
from store.elastic_people import let_in
from store.elastic_reindex import reindex
from store.elastic_set_up import drop_months, set_up
from store.ledger import open_ledger
from stream import dead_letters, kafka
from stream import set_up as door
from stream.dead_letters import SHARE
from stream.deletions import told_since
from stream.kafka import Publisher
from stream.topics import STAGES

app = typer.Typer()
letters = typer.Typer(no_args_is_help=True, help="What could not be handled, with the reason.")
app.add_typer(letters, name="dead-letters")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
PARTITIONS = 4
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # of a topic, however far it reaches back
RETENTION_HOURS = 7 * 24  # raw posts can be replayed for a week unless told otherwise


@app.command(epilog="Example: SADA_KAFKA=127.0.0.1:9092 SADA_ELASTICSEARCH=http://127.0.0.1:9200 sada setup")
def setup(again: Annotated[bool, typer.Option("--reindex", help="Write every month anew under the current template; reading goes on.")] = False,
          partitions: Annotated[int | None, typer.Option(min=1, help="Of topics that are new; else SADA_PARTITIONS, else 4.")] = None,
          retention_hours: Annotated[int | None, typer.Option(min=1, help="Of topics that are new; else SADA_RETENTION_HOURS, else a week.")] = None,
          shards: Annotated[int, typer.Option(min=1, help="Of each month's index.")] = 1,
          replicas: Annotated[int, typer.Option(min=0, help="Copies of each shard.")] = 0, as_json: AsJson = False) -> None:  # fmt: skip
    """Tell Kafka, Elasticsearch and PostgreSQL what Sada needs there; may be repeated."""
    settings = door.settings()
    if not (settings.kafka or settings.elasticsearch or settings.postgres):
        raise BadSettings(
            "SADA_KAFKA, SADA_ELASTICSEARCH and SADA_POSTGRES: none is set, so there is nothing to set up; one machine needs no setup"
        )
    said = [
        *_topics(settings, *of_topics(settings, partitions, retention_hours)),
        *_indices(settings, shards, replicas, again),
        *_tables(settings),
    ]
    typer.echo(json.dumps(said, ensure_ascii=False) if as_json else "\n".join(said))


def _topics(settings: Settings, partitions: int, hours: int) -> Iterator[str]:
    if settings.kafka:
        made = kafka.create_topics(settings.kafka, partitions, hours, settings.topic_prefix)
        yield f"Kafka: {', '.join(made) if made else 'every topic was there'}"


def _indices(settings: Settings, shards: int, replicas: int, again: bool) -> Iterator[str]:
    if not settings.elasticsearch:
        return
    client = connect(settings)
    yield from (f"Elasticsearch: {line}" for line in set_up(client, settings.index_prefix, shards, replicas))
    yield f"Elasticsearch: {let_in(client, _passwords(settings), settings.index_prefix)}"
    if again:
        written = ", ".join(reindex(client, settings.index_prefix))
        yield f"Elasticsearch: written anew: {written or 'nothing, there are no posts yet'}"


def _tables(settings: Settings) -> Iterator[str]:
    if not settings.postgres:
        return
    open_ledger(settings).close()
    open_cases(settings).close()
    yield "PostgreSQL: the tables of the ledger and of cases are up to date"
    if settings.elasticsearch:
        with closing(open_distributed(settings)) as store:
            yield f"Elasticsearch: {store.copy_ledger()} passes copied for analysts"


def of_topics(settings: Settings, partitions: int | None, hours: int | None) -> tuple[int, int]:
    """Partitions, and hours of retention, of new topics: as asked, else as the settings say, else the usual ones."""
    return partitions or settings.count("PARTITIONS", PARTITIONS), hours or settings.count("RETENTION_HOURS", RETENTION_HOURS)


def _kept_months(asked: int | None, told: str | None) -> int:
    """How many months stay: as asked, else as the settings say. Raises AskedWrongly."""
    name, months = ("--months", str(asked)) if asked is not None else ("SADA_RETENTION_MONTHS", told or "")
    if not (months.isdecimal() and int(months) >= 1):
        raise AskedWrongly(f"{name} {months or '(not set)'}: say how many months to keep, at least one")
    return int(months)


def _passwords(settings: Settings) -> dict[str, str]:
    """Whose passwords are set, by the last word of their role."""
    told = {who: settings.credential(f"ELASTICSEARCH_{who.upper()}_PASSWORD") for who in ("service", "analyst", "kibana")}
    return {who: password for who, password in told.items() if password}


@app.command(epilog="Example: sada retention --months 24")
def retention(
    months: Annotated[int | None, typer.Option(help="Keep so many; else SADA_RETENTION_MONTHS.")] = None, as_json: AsJson = False
) -> None:
    """Drop the month indices older than so many months."""
    settings = door.settings()
    if not settings.elasticsearch:
        raise BadSettings("SADA_ELASTICSEARCH: is not set; retention drops month indices there")
    months = _kept_months(months, settings.others.get("RETENTION_MONTHS"))
    now = door.now()
    back = now.year * 12 + now.month - 1 - months
    first_kept = now.replace(year=back // 12, month=back % 12 + 1, day=1)
    dropped = drop_months(connect(settings), first_kept, settings.index_prefix)
    typer.echo(json.dumps(dropped) if as_json else f"dropped: {', '.join(dropped) or 'nothing is that old'}")


@app.command(epilog="Example: sada work --stage understand --stage index --metrics-port 9464")
def work(deployment: Annotated[str | None, typer.Option("--deployment", "-d")] = None,
         stage: Annotated[list[str] | None, typer.Option("--stage", help="understand, index, samples, follow (cases and counts of themes), themes; all if none is named.")] = None,
         metrics_port: Annotated[int | None, typer.Option(help="Serve /metrics, /healthz and /readyz there.")] = None,
         most_dead: Annotated[float, typer.Option(help="Share of dead letters among the last posts at which the worker stops; 1 never stops it.")] = SHARE) -> None:  # fmt: skip
    """Run a worker: understand pages and index them. Start as many as there are partitions."""
    for asked in stage or ():
        if asked not in STAGES:
            raise AskedWrongly(f"--stage {asked}: is none of {', '.join(STAGES)}")
    if not 0 < most_dead <= 1:
        raise AskedWrongly(f"--most-dead {most_dead}: give a share above 0 and at most 1")
    from stream.working import work as run_worker  # Faust is slow to import and of no use to the other verbs

    settings = door.settings()
    run_worker(settings, door.deployment(deployment, settings), tuple(stage or STAGES), metrics_port, most_dead)


def _broker(settings: Settings) -> tuple[str, str]:
    """Kafka's address and the topics' prefix."""
    if not settings.kafka:
        raise BadSettings("SADA_KAFKA: is not set; dead letters lie on Kafka")
    return settings.kafka, settings.topic_prefix


@letters.command("list", epilog="Example: sada dead-letters list")
def list_letters(as_json: AsJson = False) -> None:
    """Every dead letter: id, stage, reason, source; never a text."""
    kept = dead_letters.kept(*_broker(door.settings()))
    if as_json:
        rows = [
            {"id": k.id, "stage": k.letter.stage, "why": k.letter.why, "at": k.letter.at.isoformat(), "source": k.letter.source}
            for k in kept
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for (stage, why), count in Counter((k.letter.stage, k.letter.why) for k in kept).most_common():
        typer.echo(f"{count:>8}  {stage}: {why}")
    typer.echo(f"{len(kept)} dead letters")


@letters.command("show", epilog="Example: sada dead-letters show 0-17")
def show_letter(id: str) -> None:
    """One dead letter whole, with its post: for the person who mends it."""
    typer.echo(msgspec.json.encode(dead_letters.find(*_broker(door.settings()), id)).decode())


@letters.command("replay", epilog="Example: sada dead-letters replay --why 'could not be understood'")
def replay_letters(
    id: Annotated[str | None, typer.Argument(help="One of them; else all.")] = None,
    why: Annotated[str | None, typer.Option(help="Only those whose reason begins so.")] = None,
    as_json: AsJson = False,
) -> None:
    """Send dead letters back to the beginning of the stream, but for what was deleted since; twice does no harm."""
    broker = _broker(door.settings())
    chosen = [dead_letters.find(*broker, id)] if id else [k for k in dead_letters.kept(*broker) if k.letter.why.startswith(why or "")]
    gone = {id: at for _, (id, at) in told_since(*broker, BEGINNING)}
    sent, useless = dead_letters.replay(chosen, Publisher(*broker), gone)
    typer.echo(json.dumps({"sent": sent, "useless": useless}) if as_json else f"{sent} sent again, {useless} hold nothing that could be")
