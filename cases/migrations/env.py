"""Alembic's entry: runs on the connection that cases/engine.py hands over."""

from alembic import context

import cases.alert_tables  # noqa: F401  its tables join the same metadata
from cases.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
