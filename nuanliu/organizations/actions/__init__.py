"""Registering organizations, one or by the thousand; renaming and ending them. They are never moved or removed."""

from nuanliu.organizations.actions.changing import end_organization, rename_organization
from nuanliu.organizations.actions.importing import UnionsImported, import_unions
from nuanliu.organizations.actions.registering import load_reference_tree, register_organization

__all__ = [
    "UnionsImported",
    "end_organization",
    "import_unions",
    "load_reference_tree",
    "register_organization",
    "rename_organization",
]
