"""The gatekeeper's proof of a proposed rulebook is made apart: when it was begun and ended, and what it found."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0011"
down_revision: str | Sequence[str] | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("rulebook_proposals", sa.Column("sent", sa.LargeBinary(), nullable=True))
    op.add_column("rulebook_proposals", sa.Column("proof_begun_at", moment, nullable=True))
    op.add_column("rulebook_proposals", sa.Column("proved_at", moment, nullable=True))
    op.add_column(
        "rulebook_proposals",
        sa.Column(
            "proof_problems",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=True,
        ),
    )
    # Until now a proposal was taken in only once it was proved.
    op.execute("UPDATE rulebook_proposals SET proved_at = proposed_at")


def downgrade() -> None:
    # What is not proved was not kept before.
    unproved = "SELECT id FROM rulebook_proposals WHERE proved_at IS NULL OR proof_problems != '[]'"
    op.execute(f"DELETE FROM replay_changes WHERE proposal_id IN ({unproved})")  # noqa: S608
    op.execute(f"DELETE FROM rulebook_proposals WHERE id IN ({unproved})")  # noqa: S608
    for name in ("proof_problems", "proved_at", "proof_begun_at", "sent"):
        op.drop_column("rulebook_proposals", name)
