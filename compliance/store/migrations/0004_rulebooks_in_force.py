"""Which rulebook is in force and why, re-assessments, and every version of an enforcement policy."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

#: Rows that the database itself refuses to change or delete.
WRITTEN_ONCE = ("rulebook_switches", "rulebook_adoptions", "reassessments", "policy_versions")


def _write_once(table: str) -> None:
    message = f"{table} is written once"
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_written_once() RETURNS trigger AS $$ "
        f"BEGIN RAISE EXCEPTION '{message}'; END $$ LANGUAGE plpgsql"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_written_once()"
    )


def upgrade() -> None:
    json = sa.JSON(none_as_null=True).with_variant(
        postgresql.JSONB(none_as_null=True), "postgresql"
    )
    op.create_table(
        "rulebook_switches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("places", json, nullable=False),
        sa.Column("taken_back", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('commencement', 'confirmation')", name=op.f("ck_rulebook_switches_kind")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name=op.f("fk_rulebook_switches_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebook_switches")),
    )
    op.create_table(
        "rulebook_adoption_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answer_reason", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "answer IN ('agreed', 'declined')", name=op.f("ck_rulebook_adoption_requests_answer")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["rulebook_proposals.id"],
            name=op.f("fk_rulebook_adoption_requests_proposal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["users.id"], name=op.f("fk_rulebook_adoption_requests_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"],
            ["users.id"],
            name=op.f("fk_rulebook_adoption_requests_answered_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebook_adoption_requests")),
    )
    op.create_index(
        op.f("ix_rulebook_adoption_requests_proposal_id"),
        "rulebook_adoption_requests",
        ["proposal_id"],
    )
    op.create_table(
        "rulebook_adoptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("base_sha256", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("switch_id", sa.Integer(), nullable=True),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["rulebooks.sha256"], name=op.f("fk_rulebook_adoptions_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["base_sha256"], ["rulebooks.sha256"], name=op.f("fk_rulebook_adoptions_base_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["rulebook_adoption_requests.id"],
            name=op.f("fk_rulebook_adoptions_request_id"),
        ),
        sa.ForeignKeyConstraint(
            ["switch_id"], ["rulebook_switches.id"], name=op.f("fk_rulebook_adoptions_switch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebook_adoptions")),
    )
    op.create_index(
        "ix_rulebook_adoptions_effective_from_id", "rulebook_adoptions", ["effective_from", "id"]
    )
    op.create_table(
        "reassessments",
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_reassessments_assessment_id")
        ),
        sa.ForeignKeyConstraint(
            ["before_id"], ["assessments.id"], name=op.f("fk_reassessments_before_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name=op.f("fk_reassessments_made_by_id")
        ),
        sa.PrimaryKeyConstraint("assessment_id", name=op.f("pk_reassessments")),
    )
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("policy", json, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name=op.f("fk_policy_versions_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name=op.f("fk_policy_versions_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
        sa.UniqueConstraint(
            "authority_id", "number", name=op.f("uq_policy_versions_authority_id_number")
        ),
    )
    for table in WRITTEN_ONCE:
        _write_once(table)


def downgrade() -> None:
    for table in (
        "policy_versions",
        "reassessments",
        "rulebook_adoptions",
        "rulebook_adoption_requests",
        "rulebook_switches",
    ):
        op.drop_table(table)
        if table in WRITTEN_ONCE and op.get_bind().dialect.name != "sqlite":
            op.execute(f"DROP FUNCTION {table}_written_once()")
