"""Every verb of payments: build, release, send, take replies, correct, pay anew, archive, close."""

from nuanliu.payments.actions.building import build_batches
from nuanliu.payments.actions.closing import accept_restored_database, archive_receipt, close_batch
from nuanliu.payments.actions.correcting import correct_account, reissue, verify_correction
from nuanliu.payments.actions.profiles import confirm_profile, describe_profile, map_wording, register_payer
from nuanliu.payments.actions.releasing import cancel_batch, mark_sent, release_batch, take_bank_file
from nuanliu.payments.actions.renewing import reserve_again
from nuanliu.payments.actions.replying import ReplyResult, reapply_reply, record_replies

__all__ = [
    "ReplyResult",
    "accept_restored_database",
    "archive_receipt",
    "build_batches",
    "cancel_batch",
    "close_batch",
    "confirm_profile",
    "correct_account",
    "describe_profile",
    "map_wording",
    "mark_sent",
    "reapply_reply",
    "record_replies",
    "register_payer",
    "reissue",
    "release_batch",
    "reserve_again",
    "take_bank_file",
    "verify_correction",
]
