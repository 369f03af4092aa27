from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "nuanliu.desk"
    label = "desk"
