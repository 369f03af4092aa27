from importlib import import_module

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "nuanliu.web"
    label = "web"

    def ready(self) -> None:
        """Workers too know every list by name."""
        import_module("nuanliu.web.tables")
