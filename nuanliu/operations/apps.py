from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "nuanliu.operations"
    label = "operations"
