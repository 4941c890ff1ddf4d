"""Requests that carry an idempotency key."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "idempotent_request",
        sa.Column("account", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("headers", sa.String(2048), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("patient", sa.String(256)),
    )
    op.create_index("ix_idempotent_request_patient", "idempotent_request", ["patient"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("idempotent_request")
