"""Counts that are kept beside the cases (docs/decisions/0020): derived from them, so the log has no word of these."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class CountChange(models.Model):
    """So many cases more or fewer of a topic in a cell and bin on a day; written by the triggers of the cases.

    It stands until it is folded. A bin is a tile of zoom 20 (x << 20 | y); none where nobody knows the point.
    """

    topic_id = models.BigIntegerField()
    cell_id = models.BigIntegerField()
    bin = models.BigIntegerField(null=True)
    day = models.DateField()
    number = models.IntegerField()

    app_rights = "SELECT, DELETE"

    def __str__(self) -> str:
        return f"{self.topic_id} {self.cell_id} {self.day}: {self.number:+}"


class CountSquare(models.Model):
    """Which places (int64) the leaves of a square count, in their order (counting.squares); new ones come last.

    Every order has a version of its own, by chance, so that whoever remembers one does not take another one for it.
    """

    square = models.BigIntegerField(unique=True)
    version = models.BigIntegerField()
    places = models.BinaryField()

    app_rights = "SELECT, INSERT, UPDATE"

    def __str__(self) -> str:
        return str(self.square)


class CountLeaf(models.Model):
    """Cases of a topic (series; 0: of all) by place of a square and by day, from a first day on (counting.leaves).

    `starts` tells for each of the marks where its block begins in `blocks`, counted from 1, and where the last one ends.
    """

    square = models.BigIntegerField()
    series = models.BigIntegerField()
    first = models.IntegerField()
    before = models.BinaryField()
    marks = ArrayField(models.IntegerField())
    starts = ArrayField(models.IntegerField())
    blocks = models.BinaryField()

    app_rights = "SELECT, INSERT, UPDATE"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["square", "series", "first"], name="count_leaf_once")
        ]

    def __str__(self) -> str:
        return f"{self.square} {self.series} from {self.first}"
