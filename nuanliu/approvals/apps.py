from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "nuanliu.approvals"
    label = "approvals"
