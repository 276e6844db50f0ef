"""A kind's sample facts in another language, so that its letter can be looked at before any is sent."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from compliance.documents.data_json import merged

Facts = Mapping[str, Any]


def sample_in(language: str, facts: Facts, folder: Path) -> Facts:
    """Return sample facts as they are told in a language.

    ``folder`` holds ``sample.<language>.toml``: a ``[sample]`` laid over the facts, and ``[[text]]`` with the
    English (``of``) and what is said instead (``text``). Without such a file the facts stay as they are.
    """
    over, said = _words(language, folder)
    translated = {key: _said(value, said) for key, value in facts.items()}
    return merged(translated, {**over, "language": language})


@cache
def _words(language: str, folder: Path) -> tuple[Facts, Mapping[str, str]]:
    path = folder / f"sample.{language}.toml"
    if not path.exists():
        return {}, {}
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return content["sample"], {each["of"]: each["text"] for each in content["text"]}


def _said(value: Any, said: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return said.get(value, value)
    if isinstance(value, Mapping):
        return {key: _said(each, said) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_said(each, said) for each in value]
    return value
