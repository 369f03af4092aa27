from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "nuanliu.payments"
    label = "payments"
