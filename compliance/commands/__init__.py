"""The use cases as commands of `flask --app wsgi`, a file per noun."""
