from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "nuanliu.access"
    label = "access"

    def ready(self) -> None:
        from nuanliu.access import checks  # noqa: F401  registers them
