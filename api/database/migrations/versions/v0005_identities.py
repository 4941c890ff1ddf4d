"""Who patients are, encrypted, by what they are found, and their requests to be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    columns = ("family", "given", "birth_date", "numbers", "phone", "mail", "address")
    op.create_table(
        "identity",
        sa.Column("patient", sa.String(256), primary_key=True),
        sa.Column("key", sa.String(16), nullable=False),
        *(sa.Column(name, sa.LargeBinary) for name in columns),
    )
    op.create_index("ix_identity_key", "identity", ["key"])
    op.create_table(
        "identity_term",
        sa.Column("term", sa.String(32), primary_key=True),
        sa.Column("patient", sa.String(256), primary_key=True),
    )
    op.create_index("ix_identity_term_patient", "identity_term", ["patient"])
    op.create_table(
        "erasure_request",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("patient", sa.String(256)),
        sa.Column("asked", sa.String(32), nullable=False),
        sa.Column("done", sa.String(32)),
    )
    op.create_index("ix_erasure_request_patient", "erasure_request", ["patient"], unique=True)


def downgrade() -> None:
    """Drop them."""
    for table in ("erasure_request", "identity_term", "identity"):
        op.drop_table(table)
