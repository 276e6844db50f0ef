"""Random visits in the vocabulary of a pack: all dimensions, missing answers, edge dates, histories."""

import random
from datetime import date, timedelta
from typing import Any

from compliance.rulebook import Pack
from compliance.rulebook.answers import codes_of

FIRST, LAST = date(2015, 1, 1), date(2027, 12, 31)
NUMBERS = ("7.6", "7.60", "7.62", "7.63", "7.5", "7.50", "20.32", "50", "35.56")


class RandomVisits:
    """Makes visits from a seed; the same seed gives the same visits."""

    def __init__(self, pack: Pack, seed: int) -> None:
        self.pack = pack
        self.rng = random.Random(seed)
        days = {
            date.fromisoformat(version[key])
            for rule in pack.entries("rule")
            for version in rule["version"]
            for key in ("from", "to")
            if key in version
        }
        self.edges = sorted(day + timedelta(days=step) for day in days for step in (-1, 0, 1))

    def day(self) -> date:
        """A day on either side of a change of the law, or any day."""
        if self.rng.random() < 0.4:
            return self.rng.choice(self.edges)
        return FIRST + timedelta(days=self.rng.randrange((LAST - FIRST).days))

    def visit(self, history: int = 3) -> dict[str, Any]:
        """One visit with up to ``history`` earlier ones."""
        days = sorted(self.day() for _ in range(self.rng.randrange(history + 1) + 1))
        visit = self._alone(days[-1])
        if len(days) > 1:
            visit["history"] = [self._alone(day) for day in days[:-1]]
            self.rng.shuffle(visit["history"])
        if self.rng.random() < 0.3:
            visit["as_of"] = (days[-1] + timedelta(days=self.rng.randrange(900))).isoformat()
        return visit

    def _alone(self, day: date) -> dict[str, Any]:
        visit: dict[str, Any] = {"visited_on": day.isoformat()}
        for dim in self.pack.entries("dim"):
            codes = [option["code"] for option in dim["options"]]
            if dim.get("many") and self.rng.random() < 0.3:
                visit[f"{dim['id']}s"] = self.rng.sample(codes, 2)
            else:
                visit[dim["id"]] = self.rng.choice(codes)
        known = self.rng.choice((0.2, 0.6, 0.9, 1.0))
        good = self.rng.choice((0.3, 0.7, 0.95))
        for key, table in (("answers", "question"), ("operation", "fact")):
            visit[key] = {
                entry["id"]: self._answer(entry, day, good)
                for entry in self.pack.entries(table)
                if self.rng.random() < known
            }
        return visit

    def _answer(self, entry: Any, day: date, good: float) -> Any:
        if self.rng.random() < 0.05:
            return "not_observed"
        if "sound" in entry and self.rng.random() < good:
            return entry["sound"]
        kind = entry["type"]
        if kind in ("yes_no", "choice"):
            codes = codes_of(entry)
            return codes[0] if self.rng.random() < good else self.rng.choice(codes)
        if kind == "choices":
            codes = [option["code"] for option in entry["options"]]
            return self.rng.sample(codes, self.rng.randrange(min(3, len(codes)) + 1))
        if kind == "integer":
            return self.rng.randint(int(entry.get("min", 0)), int(entry.get("max", 30)))
        if kind == "measure":
            low, high = float(entry.get("min", 0)), float(entry.get("max", 100))
            return self.rng.choice(
                [text for text in NUMBERS if low <= float(text) <= high] or [str(low)]
            )
        if kind == "date":
            return self._near(day)
        if kind == "dates":
            return [self._near(day) for _ in range(self.rng.randrange(4))]
        if kind == "time":
            return f"{self.rng.randrange(24):02d}:{self.rng.randrange(60):02d}"
        return [] if kind == "photos" else "words"

    def _near(self, day: date) -> str:
        return (
            day + timedelta(days=self.rng.choice((-800, -366, -365, -90, -1, 0, 1)))
        ).isoformat()
