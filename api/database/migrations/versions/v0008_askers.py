"""Who asked which answer."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "asker",
        sa.Column("answer", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(64), primary_key=True),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("asker")
