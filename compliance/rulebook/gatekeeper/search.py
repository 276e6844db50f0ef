"""Whether any answers lead to something: every way of answering is tried, and hopeless ones are given up early."""

from collections.abc import Callable, Iterable, Iterator

from compliance.rulebook.gatekeeper.formulas import Formulas
from compliance.rulebook.gatekeeper.logic import TRUE, Decided, Variable

Wanted = Callable[[Decided], bool]

#: Steps after which one search is given up, having proven nothing, and after which all are.
MOST_STEPS = 20_000
MOST_STEPS_ALTOGETHER = 200_000


class GivenUp(Exception):
    """Too many ways of answering: nothing is proven."""


class Patience:
    """Counts the steps of all the searches in one pack, so that no pack can keep a checker for long."""

    def __init__(self) -> None:
        self.left = MOST_STEPS_ALTOGETHER

    def one_search(self) -> Callable[[], None]:
        """Return what a search calls at each step. Raises ``GivenUp`` when there have been too many."""
        end = max(self.left - MOST_STEPS, 0)

        def step() -> None:
            if self.left <= end:
                raise GivenUp
            self.left -= 1

        return step


def can_be(
    formulas: Formulas, wanted: Wanted, patience: Patience, order: Iterable[Variable]
) -> bool:
    """Return whether answers exist of which ``wanted`` holds.

    ``wanted`` tells whether it can still hold, given what is decided. ``order`` names everything it rests on,
    what settles most first. Only questions that are asked are answered. Raises ``GivenUp``.
    """
    order = [one for one in dict.fromkeys(order) if one in formulas.tried]
    asked_when = [(one, formulas.asked_when[one]) for one in order if one in formulas.asked_when]
    nothing_more = dict.fromkeys(order, 0)
    step = patience.one_search()

    def not_asked(given: Decided) -> Iterator[Variable]:
        return (one for one, when in asked_when if one not in given and not when(given) & TRUE)

    def hopeless(given: Decided) -> bool:
        return not wanted(given) or any(
            given.get(variable) and not when(given) & TRUE for variable, when in asked_when
        )

    def search(given: Decided) -> bool:
        step()
        given = given | dict.fromkeys(not_asked(given), 0)
        if hopeless(given):
            return False
        # Most of what a rule reads need not be answered at all: that is tried before anything else.
        if not hopeless(nothing_more | given):
            return True
        variable = next((one for one in order if one not in given), None)
        return variable is not None and any(
            search(given | {variable: number}) for number in range(len(formulas.tried[variable]))
        )

    return search({one: 0 for one in order if len(formulas.tried[one]) == 1})
