from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "nuanliu.people"
    label = "people"
