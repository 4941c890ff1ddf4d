"""Care relations, broken glasses, and the history of consent."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "care_relation",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("patient", sa.String(256), nullable=False),
        sa.Column("begins", sa.String(10), nullable=False),
        sa.Column("ends", sa.String(10)),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("ended", sa.Float),
    )
    op.create_index("ix_care_relation_account_patient", "care_relation", ["account", "patient"])
    op.create_index("ix_care_relation_patient", "care_relation", ["patient"])
    op.create_table(
        "broken_glass",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("patient", sa.String(256), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("until", sa.Float, nullable=False),
    )
    op.create_index("ix_broken_glass_account_patient", "broken_glass", ["account", "patient"])
    op.create_index("ix_broken_glass_patient", "broken_glass", ["patient"])
    op.create_table(
        "consent_change",
        sa.Column("patient", sa.String(256), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("purpose", sa.String(16), primary_key=True),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("consent_change")
    op.drop_table("broken_glass")
    op.drop_table("care_relation")
