"""Photos of a visit, and the bytes that are kept of them: never changed, only deleted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | Sequence[str] | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("taken", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by_id", sa.Integer(), nullable=False),
        sa.Column("received_sha256", sa.Text(), nullable=False),
        sa.Column("received_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("small_sha256", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_out_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_out_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(taken_out_at IS NULL) = (taken_out_by_id IS NULL) "
            "AND (taken_out_at IS NULL) = (taken_out_reason IS NULL)",
            name=op.f("ck_photos_taken_out"),
        ),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["users.id"], name=op.f("fk_photos_received_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["taken_out_by_id"], ["users.id"], name=op.f("fk_photos_taken_out_by_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_photos_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
        sa.UniqueConstraint(
            "visit_id",
            "question",
            "received_sha256",
            name=op.f("uq_photos_visit_id_question_received_sha256"),
        ),
    )
    op.create_table(
        "photo_files",
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name=op.f("fk_photo_files_photo_id")),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_photo_files")),
    )
    message = "photo_files is written once: a row cannot be changed"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER photo_files_no_update BEFORE UPDATE ON photo_files "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION photo_files_written_once() RETURNS trigger AS $$ "
        f"BEGIN RAISE EXCEPTION '{message}'; END $$ LANGUAGE plpgsql"
    )
    op.execute(
        "CREATE TRIGGER photo_files_no_change BEFORE UPDATE ON photo_files "
        "FOR EACH STATEMENT EXECUTE FUNCTION photo_files_written_once()"
    )


def downgrade() -> None:
    op.drop_table("photo_files")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION photo_files_written_once()")
    op.drop_table("photos")
