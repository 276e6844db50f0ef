"""Documents go out in the order of their numbers: a number that was given back is borne by one still being made.

Without it the last documents of a day could leave a hole: the higher number is issued, and then the one
that held the lower number is refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from compliance.store.series import Lower, lower
from compliance.store.sessions import Sessions

#: Seconds between two looks.
PAUSE = 0.05


def turn_has_come(
    sessions: Sessions,
    clock: Callable[[], datetime],
    series: str,
    number: int,
    *,
    patience: float,
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Wait until every lower number of a series is used up, so that `number` may go out.

    Says False when one of them was given back: who gives theirs back, and reserves again, gets that one.
    Whoever holds a lower number is waited for `patience` seconds, then True: they may have ended on another
    machine, and what they leave is the first number that is given again. Nothing lower can come up
    once there is nothing.
    """
    for _ in range(round(patience / PAUSE)):
        with sessions(writes=False) as session:
            found = lower(session, series, number, clock())
        if found is not Lower.HELD:
            return found is Lower.NONE
        pause(PAUSE)
    return True
