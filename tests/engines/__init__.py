"""The same rule data through two engines: Python's and the browser's."""
