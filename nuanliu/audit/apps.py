from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "nuanliu.audit"
    label = "audit"
