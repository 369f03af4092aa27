"""What happened that somebody should be told: the acts, each with its words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Acts of others that concern a user. sql/notices.sql names the same; a test holds the two together.
TOLD: dict[str, Promise] = {
    "awards.sign_roster": _("Your list was signed"),
    "awards.attach_roster": _("Your list was put into a use plan"),
    "awards.detach_roster": _("Your list was taken out of its use plan"),
    "awards.withdraw_roster": _("Your list was withdrawn"),
    "awards.record_handout": _("The goods of your list were handed out"),
    "awards.propose_plan": _("A department signed the use plan"),
    "awards.decide_plan": _("Leaders decided on the use plan"),
    "awards.approve_cash_exception": _("Your request for cash was approved"),
    "payments.build_batches": _("Your use plan goes into payment"),
    "payments.release_batch": _("Your batch was released"),
    "payments.cancel_batch": _("Your batch was cancelled"),
    "payments.record_replies": _("The bank has answered"),
    "payments.close_batch": _("Your batch was closed with its receipt"),
    "payments.verify_correction": _("Your corrected account was verified"),
    "returns.sign_return": _("Your Annex 1 was signed"),
    "returns.submit_return": _("Your Annex 1 was sent up"),
    "returns.return_return": _("Your Annex 1 was sent back"),
    "returns.accept_return": _("Your Annex 1 was accepted above"),
    "evidence.fail_file": _("A file that you asked for could not be made"),
    "access.grant_post": _("You were granted a post; another administrator confirms it"),
    "access.confirm_post": _("Your post is confirmed"),
    "access.end_post": _("Your post was ended"),
}

# Acts of one's own that one should hear of all the same: somebody else might have done them.
OWN: dict[str, Promise] = {
    "access.change_password": _("Your password was changed"),
    "access.add_passkey": _("A passkey was added to your account"),
    "access.add_authenticator_app": _("An authenticator app was added to your account"),
    "access.remove_factor": _("A second factor was removed from your account"),
    "access.end_sessions": _("Sessions of your account were ended"),
    "evidence.finish_file": _("A file that you asked for is ready"),
}

# Long work that came to its end, by the state it ended in.
ENDED: dict[str, Promise] = {
    "job.done": _("Your work is done"),
    "job.refused": _("Your work was refused"),
    "job.failed": _("Your work failed"),
}
