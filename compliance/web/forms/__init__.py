"""Forms built from the rulebook's questionnaire: an entry in a pack is all that a new question needs."""
