"""The server that `sada dashboard` starts: the pages of app.py in our own document, and beside them the addresses that keep somebody signed in."""

import sys

from streamlit.starlette import App

from core.errors import SadaError
from dashboard import data, document, keeping, provider


def secrets() -> dict[str, object]:
    """What Streamlit must know to sign people in; where the settings are wrong the pages say so themselves."""
    try:
        return provider.secrets(data.settings())
    except SadaError as error:
        print(error, file=sys.stderr)
        return {}


app = App("app.py", routes=[*document.routes(), *keeping.routes()], secrets=secrets())
