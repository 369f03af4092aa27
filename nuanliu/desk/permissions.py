"""Who may put what aside: everybody what concerns oneself."""

from nuanliu.access.permissions import Policy
from nuanliu.access.states import Role

POLICY = Policy({"put_aside": set(Role)})
