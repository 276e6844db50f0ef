"""Texts that a named translator confirmed, and how to complain to an authority in Welsh."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | Sequence[str] | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "text_confirmations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("translator", sa.Text(), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"],
            ["users.id"],
            name=op.f("fk_text_confirmations_confirmed_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_confirmations")),
        sa.UniqueConstraint(
            "language",
            "text_sha256",
            name=op.f("uq_text_confirmations_language_text_sha256"),
        ),
    )
    op.add_column("authorities", sa.Column("complaints_text_cy", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("authorities", "complaints_text_cy")
    op.drop_table("text_confirmations")
