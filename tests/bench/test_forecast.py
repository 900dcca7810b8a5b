"""What the measurement of forecasts measures, on events whose course is known."""

from datetime import timedelta

import pytest

from bench import forecast
from tests.make import NOON


def stream(folder, events):
    """A labelled stream with so many posts in each hour of each event."""
    lines = ["text\tcreated_at\tevent", f"nothing\t{NOON.isoformat()}\t"]
    for name, per_hour in events.items():
        for hour, posts in enumerate(per_hour):
            lines += [f"a post\t{(NOON + timedelta(hours=hour, minutes=n % 60)).isoformat()}\t{name}" for n in range(posts)]
    path = folder / "stream.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def fading(halves, hours=48, first=400):
    return [max(1, round(first * 0.5 ** (hour / halves))) for hour in range(hours)]


def test_hours_of_an_event_run_from_its_first_post_to_its_last(tmp_path):
    assert list(forecast.hours_of(stream(tmp_path, {"a": [2, 0, 1], "b": [1]}))) == [[2, 0, 1], [1]]


def test_nothing_is_foretold_where_nobody_spoke_lately_or_too_few_hours_follow():
    assert list(forecast.cases_of([9] * 15)) == []
    assert [len(before) for before, _ in forecast.cases_of([9] * 24)] == [4, 8, 12]
    assert [len(before) for before, _ in forecast.cases_of([9] * 8 + [0] * 24)] == [4, 8, 12]
    assert all(len(ahead) == 12 for _, ahead in forecast.cases_of([9] * 40))


@pytest.mark.parametrize(("halves", "far"), [(6, 24), (24, 3)])
def test_a_half_life_near_that_of_the_events_errs_less_than_one_far_off(tmp_path, halves, far):
    errors = forecast.run([stream(tmp_path, {"a": fading(halves), "b": fading(halves, first=200)})])["error"]
    assert errors[f"halves in {halves} h"] < errors[f"halves in {far} h"]


def test_carrying_on_is_best_where_nothing_fades(tmp_path):
    errors = forecast.run([stream(tmp_path, {"a": [7] * 40})])["error"]
    assert (errors["mean of 3 h"], min(errors, key=errors.get)) == (0, "mean of 3 h")


def test_a_wider_spread_holds_more_hours_and_each_event_counts_the_same(tmp_path):
    found = forecast.run([stream(tmp_path, {"large": [0, 90] * 20, "small": [5] * 40})])
    inside = list(found["inside"].values())
    assert inside == sorted(inside)
    assert (found["events"], found["forecasts"]) == (2, 13)
