"""Long work: asked in a transaction, run by a worker as the post that asked, with progress that others can see."""

from nuanliu.base.jobs import rescue
from nuanliu.base.jobs.again import queue_again, take_back
from nuanliu.base.jobs.asking import ask
from nuanliu.base.jobs.running import RETRY, Progress, resolve_actor_with, run

__all__ = ["RETRY", "Progress", "ask", "queue_again", "rescue", "resolve_actor_with", "run", "take_back"]
