"""Kibana's saved objects: one JSON object a line, references that resolve, fields that the templates have. Kibana itself is not run."""

import json

import pytest

from store.elastic_bodies import TEMPLATES, template

OBJECTS = [json.loads(line) for line in (TEMPLATES / "kibana.ndjson").read_text(encoding="utf-8").splitlines()]
BY_ID = {(one["type"], one["id"]): one for one in OBJECTS}
VIEWS = [one for one in OBJECTS if one["type"] == "index-pattern"]
CHARTS = [one for one in OBJECTS if one["type"] == "visualization"]
GROUPED = {"keyword", "date", "date_nanos", "long", "integer", "float"}  # what a bucket can be made of


def name(one):
    return f"{one['type']}:{one['id']}"


def mapping(index, path):
    """The mapping of a field by its whole name, None if there is none."""
    found = template(index)["template"]["mappings"]
    for part in path.split("."):
        found = found.get("properties", {}).get(part)
        if found is None:
            return None
    return found


def index_of(one):
    """The index that a chart asks: the title of the data view it refers to."""
    (reference,) = [r for r in one["references"] if r["type"] == "index-pattern"]
    return BY_ID["index-pattern", reference["id"]]["attributes"]["title"]


def test_every_object_is_named_once():
    assert len(BY_ID) == len(OBJECTS)
    assert {one["type"] for one in OBJECTS} == {"index-pattern", "visualization", "dashboard"}


@pytest.mark.parametrize("one", OBJECTS, ids=name)
def test_an_object_has_what_kibana_imports(one):
    assert one["attributes"]["title"]
    assert [r for r in one["references"] if (r["type"], r["id"]) not in BY_ID] == []
    assert len({r["name"] for r in one["references"]}) == len(one["references"])


def test_every_index_for_analysts_has_its_view():
    assert {view["attributes"]["title"] for view in VIEWS} == {"posts", "samples", "themes", "cases", "ledger"}


@pytest.mark.parametrize("view", VIEWS, ids=name)
def test_a_view_names_an_alias_and_its_field_of_time(view):
    index = view["attributes"]["title"]
    assert index in template(index)["template"]["aliases"]
    assert mapping(index, view["attributes"]["timeFieldName"])["type"] in ("date", "date_nanos")


@pytest.mark.parametrize("chart", CHARTS, ids=name)
def test_a_charts_fields_are_those_of_its_index(chart):
    drawn = json.loads(chart["attributes"]["visState"])
    asked = [agg["params"]["field"] for agg in drawn["aggs"] if "field" in agg["params"]]
    assert asked
    assert [field for field in asked if (mapping(index_of(chart), field) or {}).get("type") not in GROUPED] == []
    dated = [agg["params"]["field"] for agg in drawn["aggs"] if agg["type"] == "date_histogram"]
    assert all(mapping(index_of(chart), field)["type"].startswith("date") for field in dated)


@pytest.mark.parametrize("chart", CHARTS, ids=name)
def test_a_chart_asks_the_view_it_refers_to(chart):
    said = json.loads(chart["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    assert said["indexRefName"] in {r["name"] for r in chart["references"] if r["type"] == "index-pattern"}
    drawn = json.loads(chart["attributes"]["visState"])
    assert (drawn["title"], len({agg["id"] for agg in drawn["aggs"]})) == (chart["attributes"]["title"], len(drawn["aggs"]))


def test_the_dashboard_shows_every_chart_once_and_none_over_another():
    (board,) = [one for one in OBJECTS if one["type"] == "dashboard"]
    panels = json.loads(board["attributes"]["panelsJSON"])
    shown = {r["name"]: r["id"] for r in board["references"]}
    assert sorted(shown[panel["panelRefName"]] for panel in panels) == sorted(chart["id"] for chart in CHARTS)
    taken = [(x, y) for p in panels for x in range(p["gridData"]["x"], p["gridData"]["x"] + p["gridData"]["w"])
             for y in range(p["gridData"]["y"], p["gridData"]["y"] + p["gridData"]["h"])]  # fmt: skip
    assert len(taken) == len(set(taken))
    assert all(x < 48 for x, _ in taken)  # a dashboard is 48 columns wide
