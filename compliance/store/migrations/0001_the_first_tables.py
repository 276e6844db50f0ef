"""The first tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: Sequence[str] | None = ("default",)
depends_on: str | Sequence[str] | None = None

#: Evidence: written once, a correction is a new row.
WRITTEN_ONCE = ("visit_versions", "rulebooks", "assessments", "document_files")


def refuse_changes(table: str) -> None:
    """Have the database refuse to change or delete a row of `table`."""
    message = f"{table} is written once: a row cannot be changed or deleted"
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
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("subject_hash", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index(
        "ix_attempts_address", "attempts", ["scope", "address_hash", "at"], unique=False
    )
    op.create_index(op.f("ix_attempts_at"), "attempts", ["at"], unique=False)
    op.create_index(
        "ix_attempts_subject", "attempts", ["scope", "subject_hash", "at"], unique=False
    )
    op.create_table(
        "authorities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("short_code", sa.Text(), nullable=False),
        sa.Column("address_line_1", sa.Text(), nullable=True),
        sa.Column("address_line_2", sa.Text(), nullable=True),
        sa.Column("address_line_3", sa.Text(), nullable=True),
        sa.Column("address_line_4", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("complaints_text", sa.Text(), nullable=True),
        sa.Column(
            "policy",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=True,
        ),
        sa.Column("policy_version", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('police', 'council')", name=op.f("ck_authorities_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorities")),
        sa.UniqueConstraint("name", name=op.f("uq_authorities_name")),
        sa.UniqueConstraint("short_code", name=op.f("uq_authorities_short_code")),
    )
    op.create_table(
        "number_series",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_number_series")),
    )
    op.create_table(
        "operators",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=False),
        sa.Column("company_number", sa.Text(), nullable=True),
        sa.Column("chain_name", sa.Text(), nullable=True),
        sa.Column("registered_office_line_1", sa.Text(), nullable=True),
        sa.Column("registered_office_line_2", sa.Text(), nullable=True),
        sa.Column("registered_office_line_3", sa.Text(), nullable=True),
        sa.Column("registered_office_line_4", sa.Text(), nullable=True),
        sa.Column("registered_office_postcode", sa.Text(), nullable=True),
        sa.Column("primary_authority_name", sa.Text(), nullable=True),
        sa.Column("primary_authority_scope", sa.Text(), nullable=True),
        sa.Column("primary_authority_line_1", sa.Text(), nullable=True),
        sa.Column("primary_authority_line_2", sa.Text(), nullable=True),
        sa.Column("primary_authority_line_3", sa.Text(), nullable=True),
        sa.Column("primary_authority_line_4", sa.Text(), nullable=True),
        sa.Column("primary_authority_postcode", sa.Text(), nullable=True),
        sa.Column("primary_authority_email", sa.Text(), nullable=True),
        sa.Column("language_preference", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "language_preference IN ('en', 'cy')", name=op.f("ck_operators_language")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operators")),
    )
    op.create_index(
        op.f("ix_operators_company_number"), "operators", ["company_number"], unique=False
    )
    op.create_table(
        "rulebooks",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("rulebook_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column(
            "content",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_rulebooks")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('officer', 'reviewer', 'administrator')", name=op.f("ck_users_role")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name=op.f("fk_users_authority_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_index(op.f("ix_users_authority_id"), "users", ["authority_id"], unique=False)
    op.create_table(
        "operations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_authority_id", sa.Integer(), nullable=False),
        sa.Column("partner_authority_id", sa.Integer(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "facts",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column(
            "references",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("volunteer_code", sa.Text(), nullable=True),
        sa.Column("checklist_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checklist_done_by_id", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "partner_authority_id IS NULL OR partner_authority_id <> lead_authority_id",
            name=op.f("ck_operations_partner"),
        ),
        sa.ForeignKeyConstraint(
            ["checklist_done_by_id"], ["users.id"], name=op.f("fk_operations_checklist_done_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name=op.f("fk_operations_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["lead_authority_id"], ["authorities.id"], name=op.f("fk_operations_lead_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["partner_authority_id"],
            ["authorities.id"],
            name=op.f("fk_operations_partner_authority_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operations")),
    )
    op.create_index(
        "ix_operations_lead_authority_id_held_on",
        "operations",
        ["lead_authority_id", "held_on"],
        unique=False,
    )
    op.create_index(
        "ix_operations_partner_authority_id_held_on",
        "operations",
        ["partner_authority_id", "held_on"],
        unique=False,
    )
    op.create_table(
        "premises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trading_name", sa.Text(), nullable=False),
        sa.Column("address_line_1", sa.Text(), nullable=False),
        sa.Column("address_line_2", sa.Text(), nullable=True),
        sa.Column("address_line_3", sa.Text(), nullable=True),
        sa.Column("address_line_4", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("postcode_missing", sa.Boolean(), nullable=False),
        sa.Column("uprn", sa.Text(), nullable=True),
        sa.Column("nation", sa.Text(), nullable=True),
        sa.Column("nation_origin", sa.Text(), nullable=False),
        sa.Column("nation_confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("nation_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("police_authority_id", sa.Integer(), nullable=True),
        sa.Column("ts_authority_id", sa.Integer(), nullable=True),
        sa.Column(
            "channels",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("shop_kind", sa.Text(), nullable=True),
        sa.Column("sells_knives", sa.Text(), nullable=False),
        sa.Column("sells_knives_seen_on", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_since", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column(
            "imported",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=True,
        ),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(nation IS NULL) = (nation_origin = 'to_confirm')",
            name=op.f("ck_premises_nation_known"),
        ),
        sa.CheckConstraint(
            "nation IN ('england', 'wales', 'scotland', 'northern_ireland')",
            name=op.f("ck_premises_nation"),
        ),
        sa.CheckConstraint(
            "nation_origin IN ('column', 'option', 'postcode', 'person', 'to_confirm')",
            name=op.f("ck_premises_nation_origin"),
        ),
        sa.CheckConstraint(
            "sells_knives IN ('yes', 'no', 'unknown')", name=op.f("ck_premises_sells_knives")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'closed', 'moved')", name=op.f("ck_premises_status")
        ),
        sa.ForeignKeyConstraint(
            ["nation_confirmed_by_id"],
            ["users.id"],
            name=op.f("fk_premises_nation_confirmed_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["police_authority_id"],
            ["authorities.id"],
            name=op.f("fk_premises_police_authority_id"),
        ),
        sa.ForeignKeyConstraint(
            ["ts_authority_id"], ["authorities.id"], name=op.f("fk_premises_ts_authority_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premises")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_premises_source_external_id")),
    )
    op.create_index(
        "ix_premises_police_authority_id_trading_name",
        "premises",
        ["police_authority_id", "trading_name"],
        unique=False,
    )
    op.create_index("ix_premises_postcode", "premises", ["postcode"], unique=False)
    op.create_index(
        "ix_premises_ts_authority_id_trading_name",
        "premises",
        ["ts_authority_id", "trading_name"],
        unique=False,
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "possible_duplicates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column(
            "incoming",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_by_id", sa.Integer(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'same', 'different')", name=op.f("ck_possible_duplicates_state")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name=op.f("fk_possible_duplicates_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["premises.id"], name=op.f("fk_possible_duplicates_candidate_id")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["users.id"], name=op.f("fk_possible_duplicates_resolved_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_possible_duplicates")),
        sa.UniqueConstraint(
            "source", "external_id", name=op.f("uq_possible_duplicates_source_external_id")
        ),
    )
    op.create_index(
        "ix_possible_duplicates_authority_id_state",
        "possible_duplicates",
        ["authority_id", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_possible_duplicates_candidate_id"),
        "possible_duplicates",
        ["candidate_id"],
        unique=False,
    )
    op.create_table(
        "tenures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("premises_id", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=True),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "to_date IS NULL OR to_date >= from_date", name=op.f("ck_tenures_dates")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_tenures_operator_id")
        ),
        sa.ForeignKeyConstraint(
            ["premises_id"], ["premises.id"], name=op.f("fk_tenures_premises_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenures")),
    )
    op.create_index(op.f("ix_tenures_operator_id"), "tenures", ["operator_id"], unique=False)
    op.create_index(
        "ix_tenures_premises_id_from_date", "tenures", ["premises_id", "from_date"], unique=False
    )
    op.create_index(
        "uq_tenures_open",
        "tenures",
        ["premises_id"],
        unique=True,
        sqlite_where=sa.text("to_date IS NULL"),
        postgresql_where=sa.text("to_date IS NULL"),
    )
    op.create_table(
        "visits",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("premises_id", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("operation_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("nation", sa.Text(), nullable=True),
        sa.Column(
            "channels",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "draft",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("draft_saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notified_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follow_up_due_on", sa.Date(), nullable=True),
        sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "nation IN ('england', 'wales', 'scotland', 'northern_ireland')",
            name=op.f("ck_visits_nation"),
        ),
        sa.CheckConstraint(
            "purpose IN ('first', 're_test', 'after_challenge_25', 'complaint', 'intelligence', 'follow_up')",
            name=op.f("ck_visits_purpose"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'recorded', 'returned', 'reviewed', 'notified', 'decided', 'closed')",
            name=op.f("ck_visits_state"),
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name=op.f("fk_visits_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["users.id"], name=op.f("fk_visits_closed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["notified_by_id"], ["users.id"], name=op.f("fk_visits_notified_by_id")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["users.id"], name=op.f("fk_visits_officer_id")),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operations.id"], name=op.f("fk_visits_operation_id")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_visits_operator_id")
        ),
        sa.ForeignKeyConstraint(
            ["premises_id"], ["premises.id"], name=op.f("fk_visits_premises_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
    )
    op.create_index(
        "ix_visits_authority_id_state_visited_on",
        "visits",
        ["authority_id", "state", "visited_on"],
        unique=False,
    )
    op.create_index(
        "ix_visits_authority_id_visited_on_kind",
        "visits",
        ["authority_id", "visited_on", "kind"],
        unique=False,
    )
    op.create_index(
        op.f("ix_visits_follow_up_due_on"), "visits", ["follow_up_due_on"], unique=False
    )
    op.create_index("ix_visits_officer_id_state", "visits", ["officer_id", "state"], unique=False)
    op.create_index(op.f("ix_visits_operation_id"), "visits", ["operation_id"], unique=False)
    op.create_index(op.f("ix_visits_operator_id"), "visits", ["operator_id"], unique=False)
    op.create_index(
        "ix_visits_premises_id_visited_on_id",
        "visits",
        ["premises_id", "visited_on", "id"],
        unique=False,
    )
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("done_by_visit_id", sa.Text(), nullable=True),
        sa.Column("done_note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["users.id"], name=op.f("fk_follow_ups_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["users.id"], name=op.f("fk_follow_ups_done_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["done_by_visit_id"], ["visits.id"], name=op.f("fk_follow_ups_done_by_visit_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_follow_ups_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
    )
    op.create_index(op.f("ix_follow_ups_due_on"), "follow_ups", ["due_on"], unique=False)
    op.create_index(op.f("ix_follow_ups_visit_id"), "follow_ups", ["visit_id"], unique=False)
    op.create_table(
        "visit_shares",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("shared_by_id", sa.Integer(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name=op.f("fk_visit_shares_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["shared_by_id"], ["users.id"], name=op.f("fk_visit_shares_shared_by_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_shares_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_shares")),
        sa.UniqueConstraint(
            "visit_id", "authority_id", name=op.f("uq_visit_shares_visit_id_authority_id")
        ),
    )
    op.create_index(
        op.f("ix_visit_shares_authority_id"), "visit_shares", ["authority_id"], unique=False
    )
    op.create_table(
        "visit_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "particulars",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column(
            "answers",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("facts_text", sa.Text(), nullable=False),
        sa.Column("opinion_text", sa.Text(), nullable=False),
        sa.Column(
            "operation_facts",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["users.id"], name=op.f("fk_visit_versions_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visits.id"], name=op.f("fk_visit_versions_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_versions")),
        sa.UniqueConstraint("visit_id", "number", name=op.f("uq_visit_versions_visit_id_number")),
    )
    op.create_table(
        "assessments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("rulebook_id", sa.Text(), nullable=False),
        sa.Column("rulebook_version", sa.Text(), nullable=False),
        sa.Column("rulebook_sha256", sa.Text(), nullable=False),
        sa.Column(
            "result",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("score_low", sa.Integer(), nullable=True),
        sa.Column("score_high", sa.Integer(), nullable=True),
        sa.Column("validity", sa.Text(), nullable=True),
        sa.Column("may_allege", sa.Boolean(), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=True),
        sa.Column("standing", sa.Text(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["rulebook_sha256"], ["rulebooks.sha256"], name=op.f("fk_assessments_rulebook_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["visit_versions.id"], name=op.f("fk_assessments_version_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_assessments_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    op.create_index("ix_assessments_version_id", "assessments", ["version_id"], unique=False)
    op.create_index("ix_assessments_visit_id_id", "assessments", ["visit_id", "id"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('agreed', 'returned')", name=op.f("ck_reviews_outcome")),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"], ["users.id"], name=op.f("fk_reviews_reviewed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["visit_versions.id"], name=op.f("fk_reviews_version_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_reviews_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_visit_id"), "reviews", ["visit_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("usual_step", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("second_person_id", sa.Integer(), nullable=True),
        sa.Column("second_person_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_person_note", sa.Text(), nullable=True),
        sa.Column("primary_authority_step", sa.Text(), nullable=True),
        sa.Column("primary_authority_on", sa.Date(), nullable=True),
        sa.Column("primary_authority_due_on", sa.Date(), nullable=True),
        sa.Column("primary_authority_reference", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "primary_authority_step IN ('not_needed', 'asked', 'consented', 'objected', 'notified')",
            name=op.f("ck_decisions_primary_authority_step"),
        ),
        sa.CheckConstraint(
            "state IN ('awaiting_second_person', 'made', 'refused')",
            name=op.f("ck_decisions_state"),
        ),
        sa.CheckConstraint(
            "second_person_id IS NULL OR second_person_id <> decided_by_id",
            name=op.f("ck_decisions_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_decisions_assessment_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_decisions_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["second_person_id"], ["users.id"], name=op.f("fk_decisions_second_person_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_decisions_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_visit_id"), "decisions", ["visit_id"], unique=False)
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("premises_id", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_by_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "inputs",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("template_version", sa.Text(), nullable=False),
        sa.Column("rulebook_sha256", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("access_code_hash", sa.Text(), nullable=True),
        sa.Column("access_code_replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("language IN ('en', 'cy')", name=op.f("ck_documents_language")),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name=op.f("fk_documents_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_documents_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["users.id"], name=op.f("fk_documents_issued_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_documents_operator_id")
        ),
        sa.ForeignKeyConstraint(
            ["premises_id"], ["premises.id"], name=op.f("fk_documents_premises_id")
        ),
        sa.ForeignKeyConstraint(
            ["rulebook_sha256"], ["rulebooks.sha256"], name=op.f("fk_documents_rulebook_sha256")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_documents_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("reference", "language", name=op.f("uq_documents_reference_language")),
    )
    op.create_index(
        "ix_documents_authority_id_issued_on",
        "documents",
        ["authority_id", "issued_on"],
        unique=False,
    )
    op.create_index(
        "ix_documents_premises_id_issued_on",
        "documents",
        ["premises_id", "issued_on"],
        unique=False,
    )
    op.create_index(op.f("ix_documents_sha256"), "documents", ["sha256"], unique=False)
    op.create_index(op.f("ix_documents_visit_id"), "documents", ["visit_id"], unique=False)
    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("premises_id", sa.Integer(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("link_token", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.Column("ended_by_decision_id", sa.Integer(), nullable=True),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status IN ('valid', 'replaced', 'withdrawn')", name=op.f("ck_certificates_status")
        ),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_certificates_dates")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_certificates_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_decision_id"],
            ["decisions.id"],
            name=op.f("fk_certificates_ended_by_decision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"], ["users.id"], name=op.f("fk_certificates_ended_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operators.id"], name=op.f("fk_certificates_operator_id")
        ),
        sa.ForeignKeyConstraint(
            ["premises_id"], ["premises.id"], name=op.f("fk_certificates_premises_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["certificates.id"], name=op.f("fk_certificates_replaced_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("document_id", name=op.f("uq_certificates_document_id")),
        sa.UniqueConstraint("link_token", name=op.f("uq_certificates_link_token")),
    )
    op.create_index(
        "ix_certificates_premises_id_operator_id",
        "certificates",
        ["premises_id", "operator_id"],
        unique=False,
    )
    op.create_table(
        "document_files",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_document_files_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_files")),
    )
    for table in WRITTEN_ONCE:
        refuse_changes(table)


def downgrade() -> None:
    op.drop_table("document_files")
    op.drop_index("ix_certificates_premises_id_operator_id", table_name="certificates")
    op.drop_table("certificates")
    op.drop_index(op.f("ix_documents_visit_id"), table_name="documents")
    op.drop_index(op.f("ix_documents_sha256"), table_name="documents")
    op.drop_index("ix_documents_premises_id_issued_on", table_name="documents")
    op.drop_index("ix_documents_authority_id_issued_on", table_name="documents")
    op.drop_table("documents")
    op.drop_index(op.f("ix_decisions_visit_id"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_index(op.f("ix_reviews_visit_id"), table_name="reviews")
    op.drop_table("reviews")
    op.drop_index("ix_assessments_visit_id_id", table_name="assessments")
    op.drop_index("ix_assessments_version_id", table_name="assessments")
    op.drop_table("assessments")
    op.drop_table("visit_versions")
    op.drop_index(op.f("ix_visit_shares_authority_id"), table_name="visit_shares")
    op.drop_table("visit_shares")
    op.drop_index(op.f("ix_follow_ups_visit_id"), table_name="follow_ups")
    op.drop_index(op.f("ix_follow_ups_due_on"), table_name="follow_ups")
    op.drop_table("follow_ups")
    op.drop_index("ix_visits_premises_id_visited_on_id", table_name="visits")
    op.drop_index(op.f("ix_visits_operator_id"), table_name="visits")
    op.drop_index(op.f("ix_visits_operation_id"), table_name="visits")
    op.drop_index("ix_visits_officer_id_state", table_name="visits")
    op.drop_index(op.f("ix_visits_follow_up_due_on"), table_name="visits")
    op.drop_index("ix_visits_authority_id_visited_on_kind", table_name="visits")
    op.drop_index("ix_visits_authority_id_state_visited_on", table_name="visits")
    op.drop_table("visits")
    op.drop_index(
        "uq_tenures_open",
        table_name="tenures",
        sqlite_where=sa.text("to_date IS NULL"),
        postgresql_where=sa.text("to_date IS NULL"),
    )
    op.drop_index("ix_tenures_premises_id_from_date", table_name="tenures")
    op.drop_index(op.f("ix_tenures_operator_id"), table_name="tenures")
    op.drop_table("tenures")
    op.drop_index(op.f("ix_possible_duplicates_candidate_id"), table_name="possible_duplicates")
    op.drop_index("ix_possible_duplicates_authority_id_state", table_name="possible_duplicates")
    op.drop_table("possible_duplicates")
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_expires_at"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("ix_premises_ts_authority_id_trading_name", table_name="premises")
    op.drop_index("ix_premises_postcode", table_name="premises")
    op.drop_index("ix_premises_police_authority_id_trading_name", table_name="premises")
    op.drop_table("premises")
    op.drop_index("ix_operations_partner_authority_id_held_on", table_name="operations")
    op.drop_index("ix_operations_lead_authority_id_held_on", table_name="operations")
    op.drop_table("operations")
    op.drop_index(op.f("ix_users_authority_id"), table_name="users")
    op.drop_table("users")
    op.drop_table("rulebooks")
    op.drop_index(op.f("ix_operators_company_number"), table_name="operators")
    op.drop_table("operators")
    op.drop_table("number_series")
    op.drop_table("authorities")
    op.drop_index("ix_attempts_subject", table_name="attempts")
    op.drop_index(op.f("ix_attempts_at"), table_name="attempts")
    op.drop_index("ix_attempts_address", table_name="attempts")
    op.drop_table("attempts")
    if op.get_bind().dialect.name == "postgresql":
        for table in WRITTEN_ONCE:
            op.execute(f"DROP FUNCTION {table}_written_once()")
