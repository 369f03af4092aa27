"""What happens around each request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from nuanliu.base.scope import Scope, scoped


class ScopeMiddleware:
    """Opens the request's transaction with its scope."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with scoped(Scope.none()):
            return self.get_response(request)
