"""What follows a recorded visit, a page for each step."""
