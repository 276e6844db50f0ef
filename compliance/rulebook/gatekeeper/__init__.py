"""The parts of the gatekeeper: each refuses one kind of mistake in a pack; ``rulebook/check.py`` asks them all."""
