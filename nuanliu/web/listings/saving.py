"""Views kept under a name. They are a person's own habits, not acts of the trade: no audit row."""

from uuid import UUID

from nuanliu.base.actor import Actor
from nuanliu.kernel.errors import refuse_if
from nuanliu.web.listings.asked import Asked
from nuanliu.web.models import SavedView

MOST_VIEWS = 12


def keep_view(asked: Asked, *, address: str, title: str, by: Actor) -> SavedView:
    """Keep filters, columns and order of the list at `address`; the same title again replaces them.

    Refused `view.too_many` above a dozen.
    """
    mine = SavedView.objects.filter(user_id=by.user_id, address=address)
    others = mine.exclude(title=title).count()
    refuse_if(others >= MOST_VIEWS, "view.too_many", "每个列表最多保存十二个视图，请先删除一个再保存")
    kept, _ = SavedView.objects.update_or_create(
        user_id=by.user_id,
        address=address,
        title=title,
        defaults={"listing": asked.listing.name, "query": asked.query},
    )
    return kept


def forget_view(key: UUID, *, by: Actor) -> SavedView:
    """Forget a view of one's own. SavedView.DoesNotExist for another's."""
    view = SavedView.objects.get(pk=key, user_id=by.user_id)
    SavedView.objects.filter(pk=key).delete()
    return view
