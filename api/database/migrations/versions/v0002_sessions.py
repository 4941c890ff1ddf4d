"""Sessions and their refresh tokens, API keys, one-time codes, invites, preferences; growing waits after sign-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.add_column("account", sa.Column("service", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("sign_in_tries", sa.Column("seconds", sa.Float, nullable=False, server_default="900"))
    op.create_table(
        "account_session",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account", sa.String(64), _account(), nullable=False, index=True),
        sa.Column("begun", sa.Float, nullable=False),
        sa.Column("used", sa.Float, nullable=False),
        sa.Column("until", sa.Float, nullable=False),
        sa.Column("ended", sa.Float),
        sa.Column("address", sa.String(64), nullable=False),
    )
    op.create_table(
        "refresh_token",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column(
            "session", sa.String(32), sa.ForeignKey("account_session.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("spent", sa.Float),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("account", sa.String(64), _account(), nullable=False, index=True),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", sa.String(256), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
    )
    op.create_table(
        "one_time_code",
        sa.Column("account", sa.String(64), _account(), primary_key=True),
        sa.Column("secret", sa.String(256), nullable=False),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("last_step", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "invite",
        sa.Column("account", sa.String(64), _account(), primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("until", sa.Float, nullable=False),
    )
    op.create_table(
        "preference",
        sa.Column("account", sa.String(64), _account(), primary_key=True),
        sa.Column("language", sa.String(8)),
        sa.Column("reader", sa.String(16)),
        sa.Column("top", sa.Integer),
    )


def _account() -> sa.ForeignKey:
    return sa.ForeignKey("account.name", ondelete="CASCADE")


def downgrade() -> None:
    """Drop them; an account without a password stays, and nobody can sign in to it."""
    for name in ("preference", "invite", "one_time_code", "api_key", "refresh_token", "account_session"):
        op.drop_table(name)
    op.drop_column("sign_in_tries", "seconds")
    op.drop_column("account", "service")
