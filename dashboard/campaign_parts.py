"""Campaigns as everybody sees them: neighbourhoods, priorities and how to vote, ambassadors and their sign-up form."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cases import ambassadors, campaigns
from cases.ambassadors import Ambassador
from cases.campaigns import Neighbourhood
from cases.roles import Person, Right, may
from core.deployment import Campaign, label
from dashboard import casework, frame, signing
from dashboard.bidi import escaped, isolate
from dashboard.dates import long_day
from dashboard.figures import NONE, signed, whole
from dashboard.frame import Desk

FIRST = 5  # priorities shown of each neighbourhood
PLATFORMS = ("x", "instagram", "facebook", "youtube", "telegram")


def draw(desk: Desk) -> None:
    """Every campaign of the deployment."""
    w, store = desk.words, casework.opened(desk)
    for campaign in desk.about.campaigns:
        st.subheader(escaped(label(campaign.name, w.language)), anchor=False)
        days = [long_day(day, desk.about.calendar, w) if day else NONE for day in (campaign.starts, campaign.ends)]
        st.caption(" · ".join([f"{days[0]} – {days[1]}", *(isolate(escaped(_tag(tag))) for tag in campaign.hashtags)]))
        _neighbourhoods(desk, campaign, campaigns.standing(store, campaign.id, FIRST))
        everybody = ambassadors.reach(store, campaign.id)
        _ambassadors(desk, campaign, [a for a in everybody if a.accepted])
        _sign_up(desk, campaign)
        person = signing.who(desk)
        if person and may(person, Right.PLAN):
            _waiting(desk, person, campaign, [a for a in everybody if not a.accepted])


def _tag(tag: str) -> str:
    return f"#{tag.lstrip('#')}"


def _neighbourhoods(desk: Desk, campaign: Campaign, found: Sequence[Neighbourhood]) -> None:
    w = desk.words
    if not found:
        frame.empty(desk, "campaign.empty")
        return
    rows = [
        (escaped(desk.place(n.place or "")), whole(n.views, w), whole(n.citizens, w), whole(n.proposals, w), whole(n.votes, w))
        for n in found
    ]
    names = [w("filter.place"), *(w(f"campaign.{n}") for n in ("views", "citizens", "proposals", "votes"))]
    st.table(pd.DataFrame(rows, columns=names), hide_index=True, border="horizontal", alt=w("campaign.alt"))
    for hood in found:
        if hood.first:
            with st.expander(w("campaign.priorities", place=desk.place(hood.place or ""))):
                _priorities(desk, campaign, hood)


def _priorities(desk: Desk, campaign: Campaign, hood: Neighbourhood) -> None:
    """What the neighbourhood wants, most wanted first, each with the number by which it is voted for."""
    w = desk.words
    if campaign.hashtags:
        st.caption(w("campaign.how", tag=isolate(escaped(_tag(campaign.hashtags[0])))))
    for proposal in hood.first:
        st.text(f"{whole(proposal.rank, w)}. {isolate(proposal.text)}")
        wanted = w("campaign.wanted", votes=whole(proposal.votes, w), said=whole(proposal.said, w))
        st.caption(f"{wanted} · {w('campaign.number', number=isolate(proposal.code))}")


def _ambassadors(desk: Desk, campaign: Campaign, found: Sequence[Ambassador]) -> None:
    w = desk.words
    if found:
        wanted = whole(campaign.ambassadors, w)
        st.markdown(f"**{w('campaign.ambassadors', count=whole(len(found), w), wanted=wanted)}**")
        rows = [(escaped(a.name), escaped(desk.place(a.place)), whole(a.posts, w), whole(a.reach, w), signed(a.gained, w)) for a in found]
        names = [w("entry.name"), w("filter.place"), *(w(f"campaign.{n}") for n in ("posts", "reach", "gained"))]
        st.table(pd.DataFrame(rows, columns=names), hide_index=True, border="horizontal")


def _sign_up(desk: Desk, campaign: Campaign) -> None:
    """For everybody: who wants to carry the campaign, where, and with which account."""
    w, key = desk.words, f"ambassador_{campaign.id}"
    with st.expander(w("campaign.sign_up"), icon=":material/campaign:"), st.form(key, border=False, width=520):
        st.text_input(w("entry.name"), key=f"{key}_name", max_chars=ambassadors.LONGEST_NAME)
        places = campaign.places or tuple(p.id for p in desk.about.places)
        st.selectbox(w("filter.place"), places, index=None, key=f"{key}_place", format_func=desk.place)
        st.selectbox(w("filter.platform"), PLATFORMS, key=f"{key}_platform", format_func=desk.platform)
        st.text_input(w("campaign.account"), key=f"{key}_account", placeholder="@")
        st.checkbox(w("campaign.consent"), key=f"{key}_consent")
        st.form_submit_button(w("campaign.sign_up"), on_click=_enter, args=(desk, campaign, key), key=f"{key}_do")


def _enter(desk: Desk, campaign: Campaign, key: str) -> None:
    said = {name: st.session_state.get(f"{key}_{name}") or "" for name in ("name", "place", "platform", "account", "consent")}

    def sign_up() -> None:
        ambassadors.must_consent(bool(said["consent"]))
        citizen = ambassadors.account_of(str(said["platform"]), str(said["account"]))
        ambassadors.sign_up(casework.opened(desk), campaign, citizen, str(said["name"]), str(said["place"]), None, casework.at(desk))

    casework.do(desk, sign_up, "campaign.signed_up")
    if casework.went_well():
        st.session_state.update({f"{key}_name": "", f"{key}_account": "", f"{key}_consent": False})


def _waiting(desk: Desk, person: Person, campaign: Campaign, found: Sequence[Ambassador]) -> None:
    """Who signed up and stands on no public page yet."""
    w, store = desk.words, casework.opened(desk)
    for one in found:
        with st.container(horizontal=True, vertical_alignment="center", key=f"ambassador_{campaign.id}_{one.citizen}"):
            st.text(isolate(f"{one.name} · {desk.place(one.place)} · {one.citizen}"))
            for name, act in (("accept", ambassadors.accept), ("refuse", ambassadors.refuse)):
                st.button(w(f"campaign.{name}"), key=f"{name}_{campaign.id}_{one.citizen}", type="tertiary", on_click=casework.do, args=(
                    desk, lambda act=act, who=one.citizen: act(store, person, campaign.id, who, casework.at(desk)), "case.kept"))  # fmt: skip
