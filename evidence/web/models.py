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
    must_change = models.BooleanField(default=False)
    """Somebody else knows the password; the next thing done is to change it."""
    totp_secret = models.CharField(max_length=64, blank=True, default="")
    """Shared with the app on the person's telephone, base 32; empty without a second factor."""
    totp_step = models.BigIntegerField(default=0)
    """The time step whose code was taken last: no code opens twice."""
    spare_codes = models.JSONField(default=list)
    """Digests of the codes for the day on which the telephone is lost."""
    own_lines = models.BooleanField(default=False)
    """今天 was left showing the person's own lines alone."""

    class Meta:
        app_label = "desk"

    def __str__(self) -> str:
        return f"{self.person}（{self.role_words}）"

    @property
    def role_words(self) -> str:
        """The role as people call it."""
        return ROLE_WORDS[Role(self.role)]


class AgencyAccount(models.Model):  # type: ignore[misc]
    """An account that the agency's own directory vouches for; it has no password here."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agency")
    way = models.CharField(max_length=8)
    """`oidc` or `ldap`."""
    issuer = models.CharField(max_length=255)
    """Which directory."""
    subject = models.CharField(max_length=255)
    """What that directory calls the person for ever."""
    account = models.CharField(max_length=150)
    """What the person was called or typed there at the last sign-in."""

    class Meta:
        app_label = "desk"
        constraints = [  # noqa: RUF012 Django's convention
            models.UniqueConstraint(fields=["way", "issuer", "subject"], name="one_account_of_a_subject")
        ]


class Access(models.Model):  # type: ignore[misc]
    """Somebody signed in or out, or something was done to an account; never evidence."""

    at = models.DateTimeField(db_index=True)
    account = models.CharField(max_length=150)
    what = models.CharField(max_length=16)
    """Name in `access.What`."""
    about = models.CharField(max_length=150, blank=True, default="")
    """The account it was done to, where that is another one."""
    detail = models.CharField(max_length=64, blank=True, default="")
    address = models.CharField(max_length=45, blank=True, default="")

    class Meta:
        app_label = "desk"
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.at} {self.account} {self.what}"


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


class NoticeWish(models.Model):  # type: ignore[misc]
    """Of what a person wants to be told, and where to; nobody is written to who gave no address."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_wish"
    )
    address = models.EmailField(blank=True, default="")
    kinds = models.JSONField(default=dict)
    """Kind of `notices.kinds` -> `digest`, `at_once` or `never`; the usual where a kind is missing."""
    language = models.CharField(max_length=8, default="zh")
    digest_on = models.DateField(null=True, blank=True)
    """Day of the last digest that the mail server took."""
    told = models.JSONField(default=list)
    """Keys of the lines on the list that were sent at once, or stood there when it was asked for."""

    class Meta:
        app_label = "desk"


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


class SiteVersion(models.Model):  # type: ignore[misc]
    """What a telephone sent of a visit that somebody else changed: it waits for a choice at the desk."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=120)
    case = models.CharField(max_length=32)
    visit = models.CharField(max_length=32)
    body = models.TextField()
    """The sending as JSON; its photographs wait in the account's folder."""
    received_at = models.DateTimeField(auto_now=True)
    settled = models.BooleanField(default=False)
    """Somebody chose; the telephone is told so."""

    class Meta:
        app_label = "desk"
        constraints = [  # noqa: RUF012 Django's convention
            models.UniqueConstraint(fields=["owner", "key"], name="one_version_of_a_key")
        ]


class SiteDevice(models.Model):  # type: ignore[misc]
    """A telephone that took visits along; it asks by its token whether it may still keep them."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the token, which is long and random."""
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "desk"
