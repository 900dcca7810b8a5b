"""The whole of the recorded answers goes through the code that collects, without a crash."""

import json

import pytest

from collectors import translating
from collectors.base import Context
from collectors.every import COLLECTORS
from tests.make import NOON


@pytest.mark.parametrize("collector", COLLECTORS, ids=lambda c: c.PLATFORM)
def test_no_recorded_answer_is_of_a_shape_we_do_not_know(shared, collector):
    folder = shared / "recordings" / collector.PLATFORM
    if not folder.is_dir():
        pytest.skip(f"nothing is recorded of {collector.PLATFORM}")
    unknown = []
    for path in translating.files(folder):
        found = translating.translated(collector, path.read_bytes(), Context(now=NOON))
        unknown += [path.name for part in found.refused if "shape we do not know" in part.why]
        assert all(post.id.startswith(f"{collector.PLATFORM}:") for post in found.posts), path
    assert unknown == []


@pytest.mark.parametrize("collector", COLLECTORS, ids=lambda c: c.PLATFORM)
def test_every_recorded_error_with_a_status_is_a_problem_that_says_what_next(shared, collector):
    folder = shared / "recordings" / collector.PLATFORM
    for path in translating.files(folder) if folder.is_dir() else ():
        told = translating.decoded(path.read_bytes())
        status = told.get("response", {}).get("status") if isinstance(told, dict) and isinstance(told.get("response"), dict) else None
        if isinstance(status, int) and status >= 400:
            found = translating.translated(collector, path.read_bytes(), Context(now=NOON)).problem
            assert found is not None and collector.PLATFORM in found.says and "error we do not know" not in found.says, json.dumps(
                str(path)
            )
