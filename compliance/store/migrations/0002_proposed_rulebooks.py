"""Proposed rulebooks and what they would change."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    json = sa.JSON(none_as_null=True).with_variant(
        postgresql.JSONB(none_as_null=True), "postgresql"
    )
    op.create_table(
        "rulebook_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rulebook_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", json, nullable=False),
        sa.Column("against_sha256", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("last_premises_id", sa.Integer(), nullable=False),
        sa.Column("last_operator_id", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"],
            ["authorities.id"],
            name=op.f("fk_rulebook_proposals_authority_id"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["users.id"], name=op.f("fk_rulebook_proposals_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebook_proposals")),
    )
    op.create_index(
        op.f("ix_rulebook_proposals_authority_id"), "rulebook_proposals", ["authority_id"]
    )
    op.create_table(
        "replay_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("premises_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=True),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("shop_kind", sa.Text(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("causes", json, nullable=False),
        sa.CheckConstraint(
            "what IN ('finding', 'score', 'grade', 'validity', 'standing', 'next_step', "
            "'certificate', 'unreadable')",
            name=op.f("ck_replay_changes_what"),
        ),
        sa.ForeignKeyConstraint(
            ["premises_id"], ["premises.id"], name=op.f("fk_replay_changes_premises_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["rulebook_proposals.id"],
            name=op.f("fk_replay_changes_proposal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name=op.f("fk_replay_changes_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay_changes")),
    )
    op.create_index(op.f("ix_replay_changes_premises_id"), "replay_changes", ["premises_id"])
    op.create_index("ix_replay_changes_proposal_id_what", "replay_changes", ["proposal_id", "what"])
    op.create_index(op.f("ix_replay_changes_visit_id"), "replay_changes", ["visit_id"])


def downgrade() -> None:
    op.drop_table("replay_changes")
    op.drop_table("rulebook_proposals")
