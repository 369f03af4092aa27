"""Who may look at the log as a whole. Roles by their names: this package stands below users and posts."""

AUDITORS = frozenset({"auditor"})
