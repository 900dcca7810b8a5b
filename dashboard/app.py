"""The dashboard's entry: `sada dashboard`, or `python -m streamlit run dashboard/app.py`. Which pages there are, and nothing else."""

from pathlib import Path

import streamlit as st

from core.errors import SadaError
from dashboard import casework, data, failures, frame, heading, keeping, signing, style
from dashboard.bidi import escaped, foreign
from dashboard.words import Words

ICON = str(Path(__file__).parent / "static" / "sada.svg")
FIRST_STEPS = (("sada run", "state.step_run"), ("sada import FILE", "state.step_import"), ("sada demo", "state.step_demo"))


def main() -> None:
    """Lay out the desk, or say why there is none."""
    st.set_page_config(page_title="Sada", page_icon=ICON, layout="wide", initial_sidebar_state="collapsed")
    try:
        desk = frame.begin()
    except data.NoDataYet as error:
        _waiting(frame.language_of_failure(), error)
        return
    except SadaError as error:
        _failed(frame.language_of_failure(), error)
        return
    st.session_state["desk"] = desk
    style.apply(desk.words)
    keeping.draw()
    chosen = st.navigation(frame.pages(desk.words), position="top")
    with st.container(horizontal=True, vertical_alignment="center", key="above"):
        st.caption(desk.organisation(), width="stretch")
        heading.language_choice(desk)
    if _is_shut(desk):
        casework.say(desk)
        signing.form(desk)
    else:
        chosen.run()


def _is_shut(desk: frame.Desk) -> bool:
    """Whether nothing may be seen before signing in, and nobody has."""
    return not signing.open_to_all(desk) and not desk.view.link and signing.who(desk) is None


def _waiting(words: Words, error: data.NoDataYet) -> None:
    """Before the first post: say what will appear, and look again by itself."""
    style.apply(words)
    st.title(words("now.title"), anchor=False)
    st.info(words("state.no_data"), icon=":material/hourglass_empty:")
    st.markdown("\n".join([words("state.first_steps"), "", *(f"- `{command}` — {words(says)}" for command, says in FIRST_STEPS)]))
    st.caption(foreign(escaped(str(error))))

    @st.fragment(run_every="3s")
    def look() -> None:
        if (data.settings().data / "posts.db").is_file():
            st.rerun()

    look()


def _failed(words: Words, error: SadaError) -> None:
    style.apply(words)
    failures.show(failures.reason(error, words))


main()
