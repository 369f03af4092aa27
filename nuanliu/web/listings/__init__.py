"""One list component for every table of records: see README.md."""

from nuanliu.web.listings.asked import Asked, asked_of, chosen
from nuanliu.web.listings.filters import Choice, Flag, Span, Within
from nuanliu.web.listings.listing import BulkAct, Column, Kind, Listing
from nuanliu.web.listings.showing import show

__all__ = [
    "Asked",
    "BulkAct",
    "Choice",
    "Column",
    "Flag",
    "Kind",
    "Listing",
    "Span",
    "Within",
    "asked_of",
    "chosen",
    "show",
]
