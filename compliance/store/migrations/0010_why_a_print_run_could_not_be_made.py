"""Why the letters of a batch could not be joined into one file for the printer."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | Sequence[str] | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("batches", sa.Column("print_run_fault", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("batches", "print_run_fault")
