"""Second factors at rest: allauth keeps TOTP secrets in plain text unless an adapter seals them."""

from base64 import b64decode, b64encode
from uuid import UUID

from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext_lazy as _

from nuanliu.base import crypto

PLACE = crypto.Place("mfa_authenticator", "data")
# The adapter is not told whose secret it seals; all share one row key.
ANY_ROW = UUID(int=0)


class SealedAdapter(DefaultMFAAdapter):
    """Seals with the installation's key ring."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right, or was used already. Wait for the next one."),
    }

    def encrypt(self, text: str) -> str:
        return b64encode(crypto.seal(text, place=PLACE, row_key=ANY_ROW)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.open_(b64decode(encrypted_text), place=PLACE, row_key=ANY_ROW)
