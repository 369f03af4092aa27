from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "nuanliu.ledger"
    label = "ledger"
