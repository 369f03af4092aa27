"""Bank files and replies by profiles that are data. Pure: no database, no clock."""

from nuanliu.payments.layouts.checking import check_profile, first_messages
from nuanliu.payments.layouts.describing import description_of, read_description, sample_file, sample_lines
from nuanliu.payments.layouts.profile import BatchFacts, Column, Layout, OrderRows, Profile
from nuanliu.payments.layouts.reading import ReplyRows, read_reply, read_rows
from nuanliu.payments.layouts.writing import UnwritableError, file_name, write_file, write_reply

__all__ = [
    "BatchFacts",
    "Column",
    "Layout",
    "OrderRows",
    "Profile",
    "ReplyRows",
    "UnwritableError",
    "check_profile",
    "description_of",
    "file_name",
    "first_messages",
    "read_description",
    "read_reply",
    "read_rows",
    "sample_file",
    "sample_lines",
    "write_file",
    "write_reply",
]
