"""Pages for the people who visit shops."""
