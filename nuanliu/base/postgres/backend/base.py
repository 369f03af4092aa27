from typing import Any

from nuanliu.base import postgres
from nuanliu.base.postgres.lasting import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects to the embedded server as the alias's role, starting the server when it is not running."""

    def get_connection_params(self) -> dict[str, Any]:
        server = postgres.ensure_running()
        return super().get_connection_params() | server.parameters(
            self.settings_dict["USER"], self.settings_dict["NAME"] or "postgres"
        )
