"""Who took a proposed step back, when and why."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # SQLite adds a reference only with its column, never afterwards; PostgreSQL reads the same words.
    op.execute(
        "ALTER TABLE decisions ADD COLUMN withdrawn_by_id INTEGER "
        "CONSTRAINT fk_decisions_withdrawn_by_id REFERENCES users (id)"
    )
    op.add_column("decisions", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("decisions", sa.Column("withdrawn_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("decisions", "withdrawn_reason")
    op.drop_column("decisions", "withdrawn_at")
    op.drop_column("decisions", "withdrawn_by_id")
