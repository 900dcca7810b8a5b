"""The measurement of a pass's memory collects for real, and says what it measured."""

from bench import collecting


def test_a_pass_over_many_pages_is_collected_whole_and_measured() -> None:
    found = collecting.run(posts=250)
    assert {"bench", "machine", "versions", "runs", "median"} <= found.keys()
    median = found["median"]
    assert isinstance(median, dict)
    assert (median["posts"], median["pages"]) == (250, 3)
    assert median["peak_rss_mb"] > 50 and median["posts_per_s"] > 0


def test_the_invented_pages_lead_to_one_another_and_end() -> None:
    first, last = collecting.page(["a"], 0, 150), collecting.page(["a"], 100, 150)
    assert (first["meta"]["next_token"], "next_token" in last["meta"]) == ("100", False)  # type: ignore[index,operator]
    ids = [row["id"] for part in (first, last) for row in part["data"]]  # type: ignore[attr-defined]
    assert len(set(ids)) == 150 and ids == sorted(ids, reverse=True)
