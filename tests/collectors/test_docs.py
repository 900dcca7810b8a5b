"""What the documents promise of platforms and credentials is there."""

import re

import pytest

from collectors.every import COLLECTORS
from core.settings import CREDENTIALS, OTHERS
from tests.conftest import ROOT

CREDENTIALS_MD = (ROOT / "docs" / "credentials.md").read_text(encoding="utf-8")
SECTIONS = set(re.findall(r"^## (\w+)$", CREDENTIALS_MD, re.MULTILINE))


@pytest.mark.parametrize("collector", COLLECTORS, ids=lambda c: c.PLATFORM)
def test_every_platform_has_its_section(collector):
    assert collector.PLATFORM in SECTIONS


@pytest.mark.parametrize("key", CREDENTIALS)
def test_every_credential_is_described(key):
    assert f"`SADA_{key}`" in CREDENTIALS_MD


def test_no_setting_is_described_that_nothing_reads():
    described = {key.partition("__")[0] for key in re.findall(r"`SADA_(\w+)`", CREDENTIALS_MD)}  # two underscores: an account's own
    assert described <= {*CREDENTIALS, *OTHERS}


@pytest.mark.parametrize("platform", sorted(set(CREDENTIALS.values())))
def test_what_a_missing_credential_refers_to_exists(platform):
    assert platform in SECTIONS
