"""What every test may use: the way to the shared recordings and data, where they lie beside the project."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recordings and labelled texts beside the project; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here: recorded answers and labelled texts lie outside the project")
    return SHARED
