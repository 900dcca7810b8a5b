"""Plans: the road map of what citizens ask for, the campaigns they take part in, and how each service is obtained. No personal data."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from cases import campaigns, guide, roadmap
from cases.guide import Procedure
from cases.roadmap import Plan, PublicPlan
from cases.roles import Person, Right, may
from dashboard import campaign_parts, cards, casework, foot, frame, heading, signing
from dashboard.bidi import escaped, isolate
from dashboard.cards import Number
from dashboard.dates import long_day
from dashboard.figures import whole
from dashboard.frame import Desk

MEANS = ("plans.published", "plans.done", "plans.late", "plans.asked")
COLOURS = {"considered": "gray", "planned": "blue", "in_work": "orange", "done": "green", "declined": "gray"}


def show(desk: Desk) -> None:
    """The whole page."""
    desk = heading.head(desk, "plans", (), "", ())
    casework.say(desk)
    with frame.part(desk):
        plans = roadmap.public(casework.opened(desk), desk.about, desk.words.language, desk.now.astimezone(desk.about.zone).date())
        _numbers(desk, plans)
        parts = {"roadmap": lambda: _roadmap(desk, plans)} | (
            {"campaigns": lambda: campaign_parts.draw(desk)} if desk.about.campaigns else {}
        )
        parts["guide"] = lambda: _guide(desk)
        parts[heading.segments(desk, "part", tuple(parts))]()
    with frame.part(desk):
        foot.draw(desk, MEANS, sql=_asked(desk))


def _asked(desk: Desk) -> dict[str, str]:
    """The SQL behind the figures, the road map and the campaigns, by what it asks for."""
    store, told = casework.opened(desk), {}
    for campaign in desk.about.campaigns:
        told |= campaigns.explain(store, campaign.id)
    return roadmap.explain(store) | told


def _numbers(desk: Desk, plans: Sequence[PublicPlan]) -> None:
    w = desk.words
    asked = sum(roadmap.requests(casework.opened(desk)).values())
    cards.numbers(desk, [
        Number(key="plans.published", value=whole(len(plans), w)), Number(key="plans.done", value=whole(sum(p.state == "done" for p in plans), w)),
        Number(key="plans.late", value=whole(sum(p.late for p in plans), w)), Number(key="plans.asked", value=whole(asked, w)),
    ])  # fmt: skip


# The road map


def _roadmap(desk: Desk, plans: Sequence[PublicPlan]) -> None:
    for plan in sorted(plans, key=lambda p: (not p.late, -(p.requests or 0))):
        _plan(desk, plan)
    if not plans:
        frame.empty(desk, "plans.empty")
    _for(desk, Right.PLAN, _add_plan)


def _plan(desk: Desk, plan: PublicPlan) -> None:
    w = desk.words
    with st.container(border=True, gap="xsmall"):
        late = f" :red-badge[{w('plans.is_late')}]" if plan.late else ""
        st.markdown(f":{COLOURS[plan.state]}-badge[{w(f'plan.{plan.state}')}]{late} **{escaped(plan.title)}**")
        where = [escaped(part) for part in (plan.category, plan.place) if part]
        asked = w("plans.requests", count=whole(plan.requests, w)) if plan.requests else w("plans.few")
        promised = [w("plans.promised", day=long_day(plan.promised, desk.about.calendar, w))] if plan.promised else []
        st.caption(" · ".join([*where, asked, *promised]))
        if plan.why:
            st.text(isolate(plan.why))


def _add_plan(desk: Desk, person: Person) -> None:
    w = desk.words
    with st.form("plan", width=620):
        st.text_input(w("plans.name"), key="plan_title")
        st.selectbox(w("people.state"), roadmap.STATES, key="plan_state", format_func=lambda s: w(f"plan.{s}"))
        st.selectbox(w("filter.topic"), [t.id for t in desk.about.topics], index=None, key="plan_category", format_func=desk.topic)
        st.selectbox(w("filter.place"), [p.id for p in desk.about.places], index=None, key="plan_place", format_func=desk.place)
        st.date_input(w("plans.promised_for"), value=None, key="plan_promised")
        st.text_input(w("case.why"), key="plan_why")
        st.form_submit_button(w("plans.publish"), on_click=_publish, args=(desk, person))


def _publish(desk: Desk, person: Person) -> None:
    said, language = st.session_state, desk.words.language
    at = casework.at(desk)
    plan = Plan(id=f"plan-{at:%Y%m%d%H%M%S%f}", title={language: said["plan_title"]}, state=said["plan_state"], category=said["plan_category"],
                place=said["plan_place"], promised=said["plan_promised"], why={language: said["plan_why"]} if said["plan_why"] else {}, published=True)  # fmt: skip
    casework.do(desk, lambda: roadmap.keep(casework.opened(desk), person, plan, at, desk.about), "case.kept")


# The procedure guide


def _guide(desk: Desk) -> None:
    w = desk.words
    every = guide.every(casework.opened(desk), w.language)
    asked = st.text_input(w("guide.search"), key="guide_search", icon=":material/search:")
    found = guide.fitting(asked, every, 10) if asked else every
    for procedure in found:
        with st.expander(escaped(procedure.name), expanded=bool(asked)):
            st.text(isolate(guide.as_text(procedure, w("guide.papers"), w("guide.days"))))
            if procedure.link:
                st.link_button(w("guide.open"), procedure.link, type="tertiary", icon=":material/open_in_new:")
    if not found:
        frame.empty(desk, "guide.empty")
    _for(desk, Right.TEACH, _add_procedure)


def _add_procedure(desk: Desk, person: Person) -> None:
    w = desk.words
    with st.form("procedure", width=620):
        st.text_input(w("plans.name"), key="procedure_name")
        st.text_area(w("guide.steps"), key="procedure_steps")
        st.text_area(w("guide.papers_lines"), key="procedure_papers")
        st.number_input(w("guide.days_number"), min_value=0, value=None, step=1, key="procedure_days")
        st.text_input(w("guide.words"), key="procedure_words")
        st.text_input(w("guide.link"), key="procedure_link", placeholder="https://")
        st.form_submit_button(w("plans.publish"), on_click=_teach, args=(desk, person))


def _teach(desk: Desk, person: Person) -> None:
    said, at = st.session_state, casework.at(desk)
    procedure = Procedure(
        id=f"procedure-{at:%Y%m%d%H%M%S%f}", language=desk.words.language, name=said["procedure_name"], days=said["procedure_days"],
        steps=_lines(said["procedure_steps"]), papers=_lines(said["procedure_papers"]), words=tuple(said["procedure_words"].split()),
        link=said["procedure_link"].strip() or None,
    )  # fmt: skip
    casework.do(desk, lambda: guide.keep(casework.opened(desk), person, procedure, at), "case.kept")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _for(desk: Desk, right: Right, draw: Callable[[Desk, Person], None]) -> None:
    """A form for those who signed in and may."""
    person = signing.who(desk)
    if person and may(person, right):
        with st.expander(desk.words("plans.add"), icon=":material/add:"):
            draw(desk, person)


if __name__ == "__main__":
    show(frame.here())
