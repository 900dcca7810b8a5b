"""Alembic's entry: runs on the connection that store/database.py hands over."""

from alembic import context

from store.ledger import metadata

handed = context.config.attributes
context.configure(connection=handed["connection"], target_metadata=metadata, version_table=handed["version_table"])
context.run_migrations()
