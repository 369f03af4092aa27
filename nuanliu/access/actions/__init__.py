"""Who may act: accounts, their second factors, posts, what administrators set back, and forms kept for their owners."""

from nuanliu.access.actions.accounts import (
    begin_installation,
    change_password,
    create_user,
    deactivate_user,
    declare_relative,
    end_own_sessions,
    end_sessions,
)
from nuanliu.access.actions.factors import (
    acknowledge_recovery_codes,
    add_authenticator_app,
    add_passkey,
    link_identity,
    remove_factor,
    renew_recovery_codes,
)
from nuanliu.access.actions.kept import drop_form, keep_form, take_form
from nuanliu.access.actions.posts import confirm_post, end_post, grant_post
from nuanliu.access.actions.resets import ask_reset, confirm_as_operator, confirm_reset

__all__ = [
    "acknowledge_recovery_codes",
    "add_authenticator_app",
    "add_passkey",
    "ask_reset",
    "begin_installation",
    "change_password",
    "confirm_as_operator",
    "confirm_post",
    "confirm_reset",
    "create_user",
    "deactivate_user",
    "declare_relative",
    "drop_form",
    "end_own_sessions",
    "end_post",
    "end_sessions",
    "grant_post",
    "keep_form",
    "link_identity",
    "remove_factor",
    "renew_recovery_codes",
    "take_form",
]
