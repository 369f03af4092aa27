from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "nuanliu.organizations"
    label = "organizations"
