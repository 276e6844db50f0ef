"""The rooms together: views, services and the database."""
