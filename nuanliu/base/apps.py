from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "nuanliu.base"
    label = "base"
