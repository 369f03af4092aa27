"""The business verbs of lists and awards. Each locks, re-reads, checks, writes and leaves one audit row."""

from nuanliu.awards.actions.accepting import Accepted, accept_rows
from nuanliu.awards.actions.accounts import confirm_account
from nuanliu.awards.actions.correcting import correct_row, undo_correction, withdraw_roster
from nuanliu.awards.actions.deciding import (
    attach_roster,
    decide_plan,
    detach_roster,
    propose_plan,
    sign_roster,
)
from nuanliu.awards.actions.exceptions import (
    approve_cash_exception,
    record_recusal,
    request_cash_exception,
    sign_cash_receipt,
)
from nuanliu.awards.actions.giving import cancel_award, change_states_many, record_handout
from nuanliu.awards.actions.importing import (
    RosterImport,
    forget_heading,
    import_roster,
    map_heading,
    recheck_roster,
    reimport_roster,
)
from nuanliu.awards.reading import SubmittedFile
from nuanliu.awards.sampling import export_sample
from nuanliu.awards.staging import Told

__all__ = [
    "Accepted",
    "RosterImport",
    "SubmittedFile",
    "Told",
    "accept_rows",
    "approve_cash_exception",
    "attach_roster",
    "cancel_award",
    "change_states_many",
    "confirm_account",
    "correct_row",
    "decide_plan",
    "detach_roster",
    "export_sample",
    "forget_heading",
    "import_roster",
    "map_heading",
    "propose_plan",
    "recheck_roster",
    "record_handout",
    "record_recusal",
    "reimport_roster",
    "request_cash_exception",
    "sign_cash_receipt",
    "sign_roster",
    "undo_correction",
    "withdraw_roster",
]
