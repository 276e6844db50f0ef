"""Which end by the business a letter tells of, and who changed a letterhead."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | Sequence[str] | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # What ended before is not told now: it stays without.
    op.add_column("certificates", sa.Column("ended_because", sa.Text(), nullable=True))
    op.create_table(
        "letterhead_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "entries",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name=op.f("fk_letterhead_changes_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["users.id"], name=op.f("fk_letterhead_changes_changed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letterhead_changes")),
    )
    op.create_index(
        op.f("ix_letterhead_changes_authority_id"), "letterhead_changes", ["authority_id"]
    )


def downgrade() -> None:
    op.drop_table("letterhead_changes")
    op.drop_column("certificates", "ended_because")
