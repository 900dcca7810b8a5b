"""sada dashboard starts what it says."""

from typer.testing import CliRunner

from dashboard.commands import HERE, launch
from sada import assemble


def test_the_dashboard_is_a_verb_with_an_example() -> None:
    said = CliRunner().invoke(assemble(), ["dashboard", "--help"]).output
    assert "Example: sada dashboard" in said
    assert "--port" in said


def test_the_pages_are_served_on_the_port_asked_for() -> None:
    command = launch(8765)
    assert command[1:4] == ["-m", "streamlit", "run"]
    assert command[4:] == [str(HERE / "server.py"), "--server.port", "8765"]


def test_streamlits_own_settings_lie_beside_the_app() -> None:
    said = (HERE / ".streamlit" / "config.toml").read_text()
    assert "enableStaticServing = true" in said
    assert "gatherUsageStats = false" in said
    assert all((HERE / "static" / file).is_file() for file in _files(said))


def _files(said: str) -> list[str]:
    found = [line.split("app/static/")[1].rstrip('"') for line in said.splitlines() if "app/static/" in line]
    assert found
    return found
