"""The business verbs of lists and awards. Each locks, re-reads, checks, writes and leaves one audit row."""

from nuanliu.awards.actions.accepting import Accepted, accept_rows
from nuanliu.awards.actions.importing import RosterImport, import_roster, map_heading
from nuanliu.awards.reading import SubmittedFile

__all__ = ["Accepted", "RosterImport", "SubmittedFile", "accept_rows", "import_roster", "map_heading"]
