"""Pages for a shop that got a letter: no account, small enough for a phone."""
