"""The log: one entry per statement, chained; and the transitions that the database allows.

Written by triggers (migration 0002) as the owner of the tables. The application's role has no
right on the log at all, so it can neither silence nor forge nor read it: the rows of parties
are in it.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class LogEntry(models.Model):
    """What one statement wrote: the key and the mark (a hash) of every row, up to 500 rows also in words.

    A migration that could not keep the rows as they were has taken them over (`TAKE`) as they stood.
    """

    # The transaction; its entries are sealed together.
    xact = models.BigIntegerField()
    table = models.CharField(max_length=63)
    action = models.CharField(max_length=6)
    at = models.DateTimeField(_("时间"))
    # Who acts, as the application says; and the database role, which it cannot choose.
    actor = models.BigIntegerField(null=True)
    role = models.CharField(max_length=63)
    count = models.PositiveIntegerField()
    # How many columns the table had: marks of another width say nothing about each other.
    width = models.PositiveSmallIntegerField()
    rows = models.JSONField(null=True)
    keys = ArrayField(models.TextField())
    marks = ArrayField(models.BinaryField(max_length=32))
    # Of an update: the marks of the same rows as it found them.
    before = ArrayField(models.BinaryField(max_length=32), null=True)
    digest = models.BinaryField(max_length=32)

    app_rights = ""

    class Meta:
        verbose_name = _("日志")
        verbose_name_plural = _("日志")
        indexes = [models.Index(fields=["xact", "id"], name="log_entry_of_transaction")]

    def __str__(self) -> str:
        return f"{self.pk} {self.action} {self.table}"


class LogSeal(models.Model):
    """A link of the chain, made when a transaction commits.

    It covers the entries of the transaction `xact` from `first_entry` to `last_entry`.
    """

    position = models.BigIntegerField(primary_key=True)
    xact = models.BigIntegerField()
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    app_rights = ""

    class Meta:
        indexes = [models.Index(fields=["xact", "last_entry"], name="log_seal_of_transaction")]

    def __str__(self) -> str:
        return str(self.position)


class LogHead(models.Model):
    """The end of the chain: one row, which every commit locks last."""

    position = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    app_rights = ""

    def __str__(self) -> str:
        return str(self.position)


class Transition(models.Model):
    """From which state a case may come into which; the same as `states.TRANSITIONS`."""

    from_state = models.CharField(max_length=11)
    to_state = models.CharField(max_length=11)

    app_rights = "SELECT"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["from_state", "to_state"], name="transition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
