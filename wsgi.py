"""What a server and ``flask --app wsgi`` start: the application with the settings of the environment."""

from compliance.app import create_app

app = create_app()
