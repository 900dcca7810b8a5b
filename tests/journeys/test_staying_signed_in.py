"""In a real browser: a reload keeps somebody signed in, signing out ends it everywhere, and the organisation's own accounts come in by OpenID Connect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cases import users
from cases.roles import Role
from cases.store import open_cases
from core.settings import read
from dashboard.keeping import COOKIE
from tests.dashboard import factory
from tests.journeys import oidc
from tests.journeys.town import EN, Town, dashboard, open_town, sign_in, window
from tests.ports import free_port

pytestmark = pytest.mark.browser
SIGNS_OUT = EN("sign_in.out")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A dashboard with two officers' accounts."""
    folder = tmp_path_factory.mktemp("signed-in")
    factory.build(folder)
    with open_town(folder, folder / "madina.toml", {"olya": Role.OFFICER, "vera": Role.OFFICER}) as made:
        yield made


def by_provider(page: Page, address: str) -> None:
    """Go to the provider, which lets everybody in at once, and come back to the complaints."""
    with page.expect_response(lambda answer: "/oauth2callback" in answer.url) as back, page.expect_navigation(url=f"{address}/"):
        page.get_by_role("button", name=EN("sign_in.provider")).click()
    assert back.value.status == 302
    page.goto(f"{address}/complaints?lang=en")


def test_a_reload_and_a_second_window_stay_signed_in_until_somebody_signs_out(city: Town, browser: Browser) -> None:
    context = browser.new_context()
    page = sign_in(window(context, city.address), "olya")
    (cookie,) = [c for c in context.cookies() if c["name"] == COOKIE]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert cookie["value"] not in page.url and cookie["value"] not in page.content()
    page.reload()
    expect(page.get_by_role("button", name=SIGNS_OUT)).to_be_visible()
    second = window(context, city.address)
    expect(second.get_by_role("button", name=SIGNS_OUT)).to_be_visible()

    # Somebody else's browser is not signed in
    stranger = window(browser.new_context(), city.address)
    expect(stranger.get_by_role("button", name=EN("sign_in.do"), exact=True)).to_be_visible()

    # Signing out ends the session itself, not only the cookie
    with page.expect_response(lambda answer: answer.url.endswith("/session")):
        page.get_by_role("button", name=SIGNS_OUT).click()
    expect(page.get_by_role("button", name=EN("sign_in.do"), exact=True)).to_be_visible()
    context.add_cookies([cookie])
    page.reload()
    expect(page.get_by_role("button", name=EN("sign_in.do"), exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=SIGNS_OUT)).to_have_count(0)


def test_a_closed_account_is_out_at_its_next_step(city: Town, browser: Browser) -> None:
    page = sign_in(window(browser.new_context(), city.address), "vera")
    users.disable(city.cases, "vera", datetime.now(UTC), "test")
    page.reload()
    expect(page.get_by_role("button", name=EN("sign_in.do"), exact=True)).to_be_visible()


def test_the_organisations_accounts_come_in_by_openid_connect_with_the_role_of_their_group(tmp_path: Path, browser: Browser) -> None:
    factory.build(tmp_path)
    port = free_port()
    with oidc.provider({"email": "Olya@City.example", "email_verified": True, "groups": ["desk"]}) as provider:
        told = {
            "SADA_DATA": str(tmp_path / "var"), "SADA_DEPLOYMENT": str(tmp_path / "madina.toml"), "SADA_OIDC_ISSUER": provider.url,
            "SADA_OIDC_CLIENT_ID": oidc.CLIENT, "SADA_OIDC_CLIENT_SECRET": oidc.SECRET, "SADA_OIDC_ROLES": "boss=supervisor, desk=officer",
            "SADA_OIDC_REDIRECT": f"http://localhost:{port}/oauth2callback",
        }  # fmt: skip
        cases = open_cases(read(told))
        with dashboard(told, tmp_path, port) as address:
            page = window(browser.new_context(), address)
            by_provider(page, address)
            expect(page.get_by_role("button", name=SIGNS_OUT)).to_be_visible()
            expect(page.get_by_text("olya@city.example").first).to_be_visible()  # the queries that are shown name them too
            page.reload()
            expect(page.get_by_role("button", name=SIGNS_OUT)).to_be_visible()
            assert ("olya@city.example", Role.OFFICER) in [(u.name, u.role) for u in users.everybody(cases)]

            # Whom the provider does not know by an address of their own gets nothing
            provider.claims = {"email": "mallory@city.example", "email_verified": False, "groups": ["boss"]}
            other = window(browser.new_context(), address)
            by_provider(other, address)
            expect(other.get_by_role("button", name=EN("sign_in.do"), exact=True)).to_be_visible()
            assert not [u for u in users.everybody(cases) if u.name.startswith("mallory")]
        cases.close()
    assert {"/.well-known/openid-configuration", "/authorize", "/token", "/keys"} <= set(provider.asked)
