from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "nuanliu.programmes"
    label = "programmes"
