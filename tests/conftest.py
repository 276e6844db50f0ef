"""What every test stands on: settings of its own, no way off this machine, the same examples each time."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

SETTINGS = ("DATABASE_URL", "PUBLIC_URL", "SECRET_KEY", "PORT", "TIMESTAMP_URL")

# Nobody must meet a new example, or the slowness of a machine, on an innocent change; who looks for new
# examples says so: NEW_EXAMPLES=1 .venv/bin/pytest ...
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    derandomize="NEW_EXAMPLES" not in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the developer's settings and ``instance/`` out of the tests, and the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in SETTINGS:
            patch.delenv(name, raising=False)
        patch.setenv("DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session", autouse=True)
def this_machine_only() -> Iterator[None]:
    """Refuse every connection that would leave this machine, so that no test depends on a network."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_loopback(address[0]):
            raise RuntimeError(f"a test tried to reach {address[0]}; tests stay on this machine")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def is_loopback(host: str) -> bool:
    """Say whether ``host``, a name or an address, is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
