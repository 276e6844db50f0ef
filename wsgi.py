"""What a server and ``flask --app wsgi`` start: the application with the settings of the environment."""

import signal
from multiprocessing import parent_process

from compliance.app import create_app
from compliance.config import SettingsError

try:
    app = create_app()
except SettingsError as unusable:
    raise SystemExit(f"Check knife sales cannot start: {unusable}") from None

if parent_process():
    # Ctrl+C reaches a server and its workers alike, and the server then tells its workers to stop.
    # A worker told twice may never end; so a worker leaves Ctrl+C to the server.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
