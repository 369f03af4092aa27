from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "nuanliu.evidence"
    label = "evidence"
