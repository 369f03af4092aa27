"""Every verb of programmes: campaigns and standards of a union, registers of the city."""

from nuanliu.programmes.actions.campaigns import open_campaign, open_programme
from nuanliu.programmes.actions.changing import CHANGEABLE, change_campaign, close_campaign
from nuanliu.programmes.actions.registers import (
    load_reference_data,
    permit_goods,
    prohibit_goods,
    register_rule,
)
from nuanliu.programmes.actions.standards import (
    adopt_standard,
    draft_standard,
    file_standard,
    replace_lines,
    standard_from_file,
    withdraw_standard,
)

__all__ = [
    "CHANGEABLE",
    "adopt_standard",
    "change_campaign",
    "close_campaign",
    "draft_standard",
    "file_standard",
    "load_reference_data",
    "open_campaign",
    "open_programme",
    "permit_goods",
    "prohibit_goods",
    "register_rule",
    "replace_lines",
    "standard_from_file",
    "withdraw_standard",
]
