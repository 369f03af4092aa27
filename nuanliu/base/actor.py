"""Who acts: a user in a post. Every public action takes one as `by`; scope and permission follow from it."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """A post held by a user, as plain values, so that the lowest packages can record it without knowing users."""

    user_id: UUID
    user_name: str
    post_id: UUID
    role: str
    organization_id: UUID
    organization_path: str
    legal_person: str
