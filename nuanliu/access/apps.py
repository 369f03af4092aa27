from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "nuanliu.access"
    label = "access"
