from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    name = "nuanliu.returns"
    label = "returns"
