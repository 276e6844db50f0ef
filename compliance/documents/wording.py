"""Plain words, measured: the words we never say of a business, the school years a text asks of its
reader, and the length of its sentences."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache

from compliance.documents.kinds import FOLDER, SHARED

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
#: Headings and short answers flatter a text: they are not measured.
_HEADING = 4
#: Letters of other alphabets, and how the Latin ones are called that they look like.
_ALIKE = str.maketrans(
    "аеорсухѕіјһԁкмтАВЕКМНОРСТУХЅІЈαοινρκτυΑΒΕΖΗΙΚΜΝΟΡΤΥΧı’‐‑‒–—",
    "aeopcyxsijhdkmtABEKMHOPCTYXSIJaoivpktuABEZHIKMNOPTYXi'-----",
)
#: A letter spelled out: "f a i l e d", "f.a.i.l.e.d".
_SPELLED = re.compile(r"\b(?:[^\W\d_][ .]){3,}[^\W\d_]\b")
_SENTENCE_END = re.compile(r"(?<=[.!?:])[”’\"')]*\s+")


@dataclass(frozen=True)
class Wording:
    """The rules for words in one language. Each method gives what it finds as it stands in the text,
    empty where all is well."""

    never: tuple[str, ...]
    though: tuple[str, ...]  # phrases in which such a word is harmless
    patterns: dict[str, re.Pattern[str]]
    not_about_law: tuple[str, ...]
    highest_grade: float
    longest_sentence: int

    def forbidden(self, text: str) -> list[str]:
        """The words we never say of a business that a text uses, in lower case."""
        said = [each.lower() for each in readings(text)]
        for phrase in self.though:
            said = [each.replace(phrase, " ") for each in said]
        return [
            word
            for word in self.never
            if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", each) for each in said)
        ]

    def identifying(self, text: str) -> list[str]:
        """What would tell who somebody is, or the time or the till."""
        return self._found("identifies", text)

    def penalties(self, text: str) -> list[str]:
        """Penalties that a text names."""
        return self._found("penalty", text)

    def demands(self, text: str) -> list[str]:
        """What a text demands of its reader, in any of its sentences."""
        return [each for sentence in sentences(text) for each in self._found("demands", sentence)]

    def about_law(self, text: str) -> list[str]:
        """Words by which a text speaks of the law."""
        for phrase in self.not_about_law:
            text = text.replace(phrase, " ")
        return self._found("about_law", text)

    def states_law(self, text: str) -> list[str]:
        """Words by which somebody's own text says what the law is."""
        return self._found("states_law", text)

    def hard_to_read(self, text: str) -> list[str]:
        """What makes a text hard to read, in words: a long sentence, too high a grade."""
        faults = [
            f"A sentence has {len(words(each))} words; at most {self.longest_sentence} read well: "
            f"{each}"
            for each in sentences(text)
            if len(words(each)) > self.longest_sentence
        ]
        prose = "\n".join(each for each in sentences(text) if len(words(each)) > _HEADING)
        if self.highest_grade and prose and (grade := reading_grade(prose)) > self.highest_grade:
            faults.append(
                f"It asks for {grade:.1f} years of school; {self.highest_grade:g} is the most. Use "
                "shorter sentences and shorter words."
            )
        return faults

    def _found(self, name: str, text: str) -> list[str]:
        found = (each for said in readings(text) for each in self.patterns[name].finditer(said))
        return list(dict.fromkeys(match[0] for match in found))


#: The rules of English that hold in every language.
_EVERYWHERE = ("never", "though", "identifies", "penalty", "demands", "states_law")


def readings(text: str) -> tuple[str, ...]:
    """A text as it is written, and as it is read where its letters are disguised: by look-alikes of
    other alphabets, accents, capitals and digits among them, hyphens or spaces in a word."""
    written = " ".join(text.replace("’", "'").split())
    bare = unicodedata.normalize("NFKD", written.translate(_ALIKE))
    bare = "".join(each for each in bare if unicodedata.category(each) not in ("Mn", "Cf"))
    bare = re.sub(r"(?<=[a-z])[I1|](?=[a-z])", "l", bare.translate(_ALIKE))
    bare = re.sub(r"(?<=[A-Za-z])0(?=[A-Za-z])", "o", bare)
    closed = re.sub(r"(?<=[^\W\d_])-\s?(?=[^\W\d_])", "", bare)
    closed = _SPELLED.sub(lambda found: re.sub("[ .]", "", found[0]), closed)
    return tuple(dict.fromkeys((written, bare, closed)))


@cache
def wording(language: str) -> Wording:
    """The rules for a language (English rules hold where a language has none of its own)."""
    content = tomllib.loads((FOLDER / SHARED / "wording.toml").read_text(encoding="utf-8"))
    english = content["en"]
    rules = {**english, **content.get(language, {})}
    if language in content and language != "en":
        # English words in a Welsh letter say what they say.
        rules |= {name: [*rules[name], *english[name]] for name in _EVERYWHERE}
    return Wording(
        never=tuple(rules["never"]),
        though=tuple(rules["though"]),
        patterns={
            name: re.compile("|".join(f"(?:{each})" for each in rules[name]), re.IGNORECASE)
            for name in ("identifies", "penalty", "demands", "states_law", "about_law")
        },
        not_about_law=tuple(rules["not_about_law"]),
        highest_grade=float(rules["highest_grade"]),
        longest_sentence=int(rules["longest_sentence"]),
    )


def sentences(text: str) -> list[str]:
    """The sentences of a text, one line of it never running into the next."""
    return [
        sentence
        for line in text.splitlines()
        for sentence in _SENTENCE_END.split(line.strip())
        if _WORD.search(sentence)
    ]


def words(text: str) -> list[str]:
    """The words of a text; numbers and marks are none."""
    return _WORD.findall(text)


def syllables(word: str) -> int:
    """How many syllables an English word has, by its vowel groups (an estimate)."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    count = len(re.findall(r"[aeiouy]+", plain))
    if plain.endswith("e") and not plain.endswith(("le", "ee", "ye")) and count > 1:
        count -= 1
    if plain.endswith(("es", "ed")) and not plain.endswith(("ted", "ded", "ses", "ces", "ges")):
        count -= bool(count > 1 and not re.search(r"[aeiouy](es|ed)$", plain))
    return max(count, 1)


def reading_grade(text: str) -> float:
    """The Flesch-Kincaid grade of an English text: the years of schooling it asks for.

    Source: Kincaid et al. 1975, 0.39 words a sentence + 11.8 syllables a word - 15.59.
    """
    parts = sentences(text)
    every = words(text)
    if not parts or not every:
        return 0.0
    per_word = sum(syllables(word) for word in every) / len(every)
    return 0.39 * len(every) / len(parts) + 11.8 * per_word - 15.59
