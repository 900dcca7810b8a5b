"""Every platform a deployment file may name is collected from, or filled by people; and every one has a name on the pages."""

import pytest

from cases.entering import CHANNELS
from collectors.every import COLLECTORS
from core.deployment import LANGUAGES, PLATFORMS, Deployment, OfficialAccount
from dashboard.words import words

BY_PEOPLE = ("hotline",)


def town(platform):
    account = OfficialAccount(platform=platform, handle="town", url="https://town.example/feed")
    return Deployment(id="t", name={}, timezone="UTC", languages=("en",), accounts=(account,))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_account_becomes_a_source(platform):
    about = [source.account for collector in COLLECTORS for source in collector.sources(town(platform)) if source.platform == platform]
    assert (f"{platform}:town" in about) == (platform not in BY_PEOPLE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_platform_of_a_post_has_a_name(language):
    assert [name for name in (*PLATFORMS, *CHANNELS, "import") if not words(language).has(f"platform.{name}")] == []
