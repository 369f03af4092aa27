from django.apps import AppConfig


class AwardsConfig(AppConfig):
    name = "nuanliu.awards"
    label = "awards"
