"""The engine: conditions, formulas, dates and explanations."""
