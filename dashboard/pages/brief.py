"""Brief: what happened since the office closed, on one sheet, to be read at eight, printed, or sent on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import msgspec
import streamlit as st

from dashboard import behind, brief_file, briefing, cards, case_numbers, foot, frame, heading, questions, sums, trusted
from dashboard.bidi import escaped
from dashboard.briefing import Section
from dashboard.cards import Number
from dashboard.dates import exact
from dashboard.figures import change, whole
from dashboard.frame import Desk
from dashboard.periods import NIGHT, Window

PERIODS = (NIGHT, "24h", "7d")
FILTERS = ("platform", "account", "topic", "place")
# Streamlit may run it again while the page is drawn anew; nobody prints twice in five seconds.
PRINT = "<script>if (!(Date.now() - window.sadaPrinted < 5000)) {window.print(); window.sadaPrinted = Date.now();}</script>"
MEANS = ("brief.posts", "now.negative", "now.open", "now.first_answer", "brief.rises", "brief.due")


def show(desk: Desk) -> None:
    """The whole page. It stays as it was opened: what is printed must not change meanwhile."""
    desk = heading.head(desk, "brief", PERIODS, NIGHT, FILTERS)
    over = desk.window()
    asked = questions.brief(desk.view, desk.about, over)
    with frame.part(desk):
        about = _about(desk, over)
        st.markdown(f"**{escaped(about)}**")
        if not desk.ask.count(asked.volume):
            frame.empty(desk, "now.empty")
        shown = _numbers(desk, asked, over)
        cards.numbers(desk, shown)
        found = briefing.sections(desk, asked, over)
        _take(desk, about, shown, found)
        for section in found:
            _section(desk, section)
    with frame.part(desk):
        foot.draw(desk, MEANS, asked, behind.themes(desk, over.since) | case_numbers.asked(desk, over))


def _about(desk: Desk, over: Window) -> str:
    since, until = (exact(at, desk.about.zone, desk.about.calendar, desk.words) for at in (over.since, desk.now))
    return desk.words("brief.span", since=since, until=until)


def _numbers(desk: Desk, asked: questions.Brief, over: Window) -> list[Number]:
    heard, before = desk.ask.count(asked.volume), desk.ask.count(asked.before)
    here, was = sums.totals(heard), sums.totals(before)
    over_here: dict[str, object] = {"since": over.since, "until": over.until}
    moved = change(sum(here.values()), sum(was.values()))
    return [
        Number(key="brief.posts", value=whole(sum(here.values()), desk.words), delta=cards.relative(desk, moved), rises=cards.rises(moved),
               opens=over_here),
        msgspec.structs.replace(trusted.negative(desk, here, was, ()), opens={**over_here, "sentiment": ("negative",)}),
        *case_numbers.numbers(desk, over),
    ]  # fmt: skip


def _take(desk: Desk, about: str, numbers: Sequence[Number], sections: Sequence[Section]) -> None:
    """To be printed by the browser, or taken along as a file."""
    w = desk.words
    told = [(w(number.key), number.value) for number in numbers]
    made = partial(brief_file.as_html, w, f"{desk.organisation()} · {w('brief.title')}", about, told, sections)
    with st.container(horizontal=True, key="take"):
        st.download_button(
            w("brief.file"), made, "brief.html", "text/html", icon=":material/download:", on_click="ignore", key="brief_file"
        )
        if st.button(w("brief.print"), icon=":material/print:", key="brief_print"):
            st.html(PRINT, unsafe_allow_javascript=True)


def _section(desk: Desk, section: Section) -> None:
    st.subheader(escaped(section.title), anchor=False)
    for line in section.lines:
        if line.opens is None:
            st.markdown(escaped(line.text))
        else:
            cards.opens(desk, escaped(line.text), line.opens, page=line.page)


if __name__ == "__main__":
    show(frame.here())
