"""What the desk itself remembers: roles of accounts and half-written drafts. Never evidence."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from evidence.web.roles import ROLE_WORDS, Role


class Seat(models.Model):  # type: ignore[misc]
    """An account's role and the person's name as it goes into the journal."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seat")
    role = models.CharField(
        max_length=16, choices=[(role.value, words) for role, words in ROLE_WORDS.items()]
    )
    person = models.CharField(max_length=64)
    roster_id = models.CharField(max_length=32, blank=True, default="")
    """Whom of the roster the account belongs to; empty for nobody, whose word has no weight of its own."""

    class Meta:
        app_label = "desk"

    def __str__(self) -> str:
        return f"{self.person}（{self.role_words}）"

    @property
    def role_words(self) -> str:
        """The role as people call it."""
        return ROLE_WORDS[Role(self.role)]


class Submission(models.Model):  # type: ignore[misc]
    """A form that was sent, by its key, and where it led."""

    key = models.CharField(max_length=255, unique=True)
    location = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "desk"


class ApiToken(models.Model):  # type: ignore[misc]
    """A program's way in, see `api.tokens`."""

    name = models.CharField(max_length=64, unique=True)
    role = models.CharField(
        max_length=16, choices=[(role.value, words) for role, words in ROLE_WORDS.items()]
    )
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the secret, which is long and random."""
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "desk"

    def __str__(self) -> str:
        return str(self.name)


class Draft(models.Model):  # type: ignore[misc]
    """A visit form that is not finished; it becomes evidence only when it is entered."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    case = models.CharField(max_length=16)
    kind = models.CharField(max_length=16)
    data = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "desk"
        constraints = [  # noqa: RUF012 Django's convention
            models.UniqueConstraint(fields=["owner", "case", "kind"], name="one_draft_each")
        ]


class SavedView(models.Model):  # type: ignore[misc]
    """What a person wants a list to show again: filters, order and columns, under a name of their own."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    listing = models.CharField(max_length=32)
    name = models.CharField(max_length=40)
    address = models.CharField(max_length=2000)

    class Meta:
        app_label = "desk"
        ordering = ("name",)
        constraints = [  # noqa: RUF012 Django's convention
            models.UniqueConstraint(fields=["owner", "listing", "name"], name="one_view_of_a_name")
        ]


class SiteVisit(models.Model):  # type: ignore[misc]
    """A visit that came from a telephone, by the key that the telephone gave it.

    The journal's own line is the truth; this only spares asking which visit a second sending means.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=120)
    visit = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    """The version that this key entered last."""
    received_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "desk"
        constraints = [  # noqa: RUF012 Django's convention
            models.UniqueConstraint(fields=["owner", "key"], name="one_visit_of_a_key")
        ]
