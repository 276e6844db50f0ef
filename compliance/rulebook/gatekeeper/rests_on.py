"""What the outcome of a rule rests on: every answer and fact, through whatever it reads."""

from collections.abc import Iterable

from compliance.rulebook.conditions import Reads, reads
from compliance.rulebook.gatekeeper.logic import Variable
from compliance.rulebook.pack import Entry, Pack
from compliance.rulebook.values import value_reads


def rests_on(pack: Pack, rule: Entry, version: Entry) -> list[Variable]:
    """Return every answer and fact that a version of a rule rests on, those it reads itself first."""
    about = [rule["about"]] if "about" in rule else []
    needs = list(rule.get("needs", ()))
    own = reads(version.get("applies"), version["met"])
    return _followed(pack, [own, Reads(answer=about, finding=needs)])


def condition_rests_on(pack: Pack, tree: Entry) -> list[Variable]:
    """Return every answer and fact that a condition rests on, those it reads itself first."""
    return _followed(pack, [reads(tree)])


def _followed(pack: Pack, waiting: list[Reads]) -> list[Variable]:
    found: dict[Variable, None] = {}
    seen: set[tuple[str, str]] = set()

    def new(table: str, names: Iterable[str]) -> list[Entry]:
        fresh = [name for name in dict.fromkeys(names) if (table, name) not in seen]
        seen.update((table, name) for name in fresh)
        entries = pack.by_id(table)
        return [entries[name] for name in fresh if name in entries]

    while waiting:
        one = waiting.pop(0)
        found |= dict.fromkeys(("answer", name) for name in one.answer if name in pack.questions)
        found |= dict.fromkeys(("fact", name) for name in one.fact)
        for entry in (*new("question", one.answer), *new("fact", one.fact)):
            waiting.append(reads(entry.get("ask_when")))
        waiting += [value_reads(value) for value in new("value", one.value)]
        for rule in new("rule", one.finding):
            about = [rule["about"]] if "about" in rule else []
            waiting.append(Reads(answer=about, finding=list(rule.get("needs", ()))))
            waiting += [
                reads(version.get("applies"), version["met"]) for version in rule["version"]
            ]
        fired = [
            condition["id"]
            for condition in pack.entries("condition")
            if {condition["id"], condition["tier"]} & set(one.fired)
        ]
        waiting += [reads(condition["when"]) for condition in new("condition", fired)]
    return list(found)
