"""The documents room: every kind, with its samples, as a shop owner, a printer, a screen reader and
a forger meet it."""
