"""Alembic's environment: the connection comes from the caller, and SQLite is altered by copying tables."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
