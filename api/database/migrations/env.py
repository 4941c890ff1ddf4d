"""Runs the versions on the connection that :func:`api.database.migrations.move` gives."""

from alembic import context

from api.database.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True)
context.run_migrations()
