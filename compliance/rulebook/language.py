"""The version of the rulebook language: an engine that does not know it must not judge.

Raised with every change that would make an engine of before read the same data otherwise. The browser's
engine carries the number it was written for (`static/js/rulebook/language.js`; a test holds the two equal)
and says so when the data is of another.
"""

LANGUAGE = 2
