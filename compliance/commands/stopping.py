"""How a command stops when it cannot go on: a plain message and an exit status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from compliance.services.errors import Refused
from compliance.store.engine import NoFolder, OutOfDate


class Unusable(click.ClickException):
    """What was given cannot be used: exit status 2."""

    exit_code = 2


@contextmanager
def plainly() -> Iterator[None]:
    """Turn a service's refusal or a mistyped folder into a message and exit status 2, and a database that is
    old or cannot be used into 1."""
    try:
        yield
    except Refused as refused:
        raise Unusable(refused.message) from None
    except NoFolder as mistyped:
        raise Unusable(str(mistyped)) from None
    except OutOfDate as old:
        raise click.ClickException(str(old)) from None
    except DatabaseError as error:
        # Its kinds are what a statement of ours did wrong, and stay to be seen whole, but for these two.
        if type(error) not in (DatabaseError, OperationalError):
            raise
        raise click.ClickException(f"The database could not be used: {error.orig}") from None
