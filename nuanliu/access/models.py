"""Users, the posts they hold, and the pairs of posts that nobody may hold together."""

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from nuanliu.access.states import ResetKind, Role
from nuanliu.base.crypto.fields import SealedField
from nuanliu.base.models import Dated, Keyed, OrganizationPathField, Recorded
from nuanliu.organizations.models import Organization


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(Keyed, Recorded, AbstractBaseUser):
    """A person who signs in. What one may do follows from posts alone; there is no superuser."""

    username = models.CharField(max_length=60, unique=True)
    display_name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    is_demonstration = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    identity_digest = models.BinaryField(
        max_length=32, null=True, help_text="blind index of the own identity number"
    )

    # What was read with the account, by day (nuanliu.access.asking); no column.
    posts_read: "dict[date, list[Post]]"

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    objects = UserManager()

    def __str__(self) -> str:
        return self.display_name


class Relative(Keyed, Recorded):
    """A relative whom a user has declared, known by blind index only: enough to refuse favouritism (R-056)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="relatives")
    relation = models.CharField(max_length=20)
    identity_digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "identity_digest"], name="relative_declared_once")
        ]

    def __str__(self) -> str:
        return self.relation


class IncompatiblePair(Keyed):
    """Two roles that one user may not hold: in the same organization, or anywhere (R-044)."""

    first_role = models.CharField(max_length=32, choices=Role.choices)
    second_role = models.CharField(max_length=32, choices=Role.choices)
    anywhere = models.BooleanField(default=False)
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first_role", "second_role"], name="incompatible_pair_once"),
            models.CheckConstraint(
                condition=~Q(first_role=F("second_role")), name="incompatible_pair_of_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_role} / {self.second_role}"


class Post(Keyed, Recorded, Dated):
    """A role in an organization for a time, granted by one administrator and confirmed by another.

    It takes effect when confirmed. Nobody granted the posts with which an installation begins: the first holder of
    each administrator's role, and the demonstration cast.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="posts")
    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    role = models.CharField(max_length=32, choices=Role.choices)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    end_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True)
                | Q(granted_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_by=F("granted_by")),
                name="post_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=(Q(granted_by__isnull=True) | ~Q(granted_by=F("user")))
                & (Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("user"))),
                name="post_not_for_oneself",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="post_valid_period",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(valid_to__isnull=False) & ~Q(end_reason=""),
                name="post_ended_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["organization_path", "role"], name="post_path_role")]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class Reset(Keyed, Recorded):
    """A password or second factor that an administrator takes from somebody who cannot sign in any more.

    Carried out at once; of an administrator's account, when another administrator has confirmed it.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="resets")
    kind = models.CharField(max_length=20, choices=ResetKind.choices)
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    carried_out_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(asked_by=F("user"))
                & (
                    Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("user")) & ~Q(confirmed_by=F("asked_by"))
                ),
                name="reset_by_others",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="reset_with_reason"),
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(carried_out_at__isnull=True), name="reset_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind}"


class KeptForm(Keyed, Recorded):
    """What somebody had filled in when the session ended or the second factor was due: sealed, for a few hours.

    Opened only to the same account in the same browser, which proves itself by a random token of its own.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    browser_digest = models.BinaryField(max_length=32)
    address = models.CharField(max_length=500)
    body_sealed = SealedField()
    field_count = models.PositiveIntegerField()
    file_count = models.PositiveIntegerField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["user", "browser_digest"], name="kept_form_of_browser"),
            models.Index(fields=["expires_at"], name="kept_form_expiry"),
        ]

    def __str__(self) -> str:
        return self.address
