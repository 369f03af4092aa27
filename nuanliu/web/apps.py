from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "nuanliu.web"
    label = "web"
