"""The main job without a screen: from lists as unions send them to paid, proven and reported."""

from nuanliu.demo.warmth.job import run
from nuanliu.demo.warmth.request import NotDoneError, WarmthRequest, WarmthResult, window

__all__ = ["NotDoneError", "WarmthRequest", "WarmthResult", "run", "window"]
