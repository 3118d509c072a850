"""Places: areas, cells, buildings, leader posts, and what orients on a map.

An `Area` and a `Cell` are identities; their boundaries are versions, so that a redraw
never rewrites the past. This module knows no people.
"""

from typing import Any

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from geodata.querysets import (
    AreaQuerySet,
    BoundaryQuerySet,
    CellVersionQuerySet,
)

STORED = 4490
DRAWN = 3857


class CityEnvelope(Func):
    """The city's envelope: an immutable SQL function, so that one migration serves every city."""

    function = "city_envelope"
    output_field = models.PolygonField(srid=STORED)


class TstzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def in_city(field: str, name: str) -> models.CheckConstraint:
    """Valid and inside the envelope: together they refuse NaN, infinity, EMPTY and swapped axes."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__contained": CityEnvelope()})
        & Q(**{f"{field}__bboverlaps": CityEnvelope()})
        & Q(**{f"{field}__isvalid": True}),
        name=name,
    )


def drawn(field: "models.Field[Any, Any]") -> models.GeneratedField:
    """The stored web-Mercator copy from which everything is drawn."""
    return models.GeneratedField(
        expression=Transform("geom", DRAWN), output_field=field, db_persist=True
    )


class BoundaryChange(models.Model):
    """One act that opened or closed boundary versions."""

    class Action(models.TextChoices):
        LOAD = "load", _("导入")
        REPLACE = "replace", _("替换")
        SPLIT = "split", _("拆分")
        MERGE = "merge", _("合并")

    action = models.CharField(_("动作"), max_length=8, choices=Action)
    made_at = models.DateTimeField(_("时间"))
    made_by = models.CharField(_("账号"), max_length=150)

    class Meta:
        verbose_name = _("边界变更")
        verbose_name_plural = _("边界变更")

    def __str__(self) -> str:
        return f"{self.action} {self.made_at:%Y-%m-%d %H:%M}"


class Area(models.Model):
    """One node of the tree above the cells: city, sub-district, suburb, town, community, village."""

    kind = models.CharField(_("层级"), max_length=20)
    code = models.CharField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级"),
    )

    reader_rights = "SELECT"
    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("区域")
        verbose_name_plural = _("区域")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Cell(models.Model):
    """The identity of a grid cell; it lasts through every redraw."""

    class Kind(models.TextChoices):
        BASE = "base", _("基础网格")
        DEDICATED = "dedicated", _("专属网格")

    kind = models.CharField(_("类型"), max_length=9, choices=Kind)
    code = models.CharField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60, blank=True)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    community = models.ForeignKey(
        Area, models.PROTECT, related_name="cells", verbose_name=_("社区（村）")
    )

    reader_rights = "SELECT"

    class Meta:
        verbose_name = _("网格")
        verbose_name_plural = _("网格")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class BoundaryVersion(models.Model):
    """One boundary of a place from one moment to another, half-open."""

    geom = models.MultiPolygonField(_("边界"), srid=STORED)
    geom_3857 = drawn(models.MultiPolygonField(srid=DRAWN))
    valid_from = models.DateTimeField(_("生效"))
    valid_to = models.DateTimeField(_("失效"), null=True, blank=True)
    opened_by = models.ForeignKey(BoundaryChange, models.PROTECT, related_name="opened_%(class)ss")
    closed_by = models.ForeignKey(
        BoundaryChange, models.PROTECT, null=True, related_name="closed_%(class)ss"
    )

    reader_rights = "SELECT"

    class Meta:
        abstract = True


def one_version_at_a_time(place: str) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=f"{place}_one_version_at_a_time",
        expressions=[
            (place, RangeOperators.EQUAL),
            (TstzRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
        ],
    )


def version_ends_after_it_begins(place: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=models.F("valid_from")),
        name=f"{place}_version_ends_after_it_begins",
    )


class AreaVersion(BoundaryVersion):
    area = models.ForeignKey(Area, models.PROTECT, related_name="versions")

    objects = BoundaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("区域边界")
        verbose_name_plural = _("区域边界")
        constraints = [
            in_city("geom", "area_version_in_city"),
            one_version_at_a_time("area"),
            version_ends_after_it_begins("area"),
        ]
        indexes = [GistIndex(fields=["geom_3857"], name="area_version_geom_3857")]

    def __str__(self) -> str:
        return f"{self.area} {self.valid_from:%Y-%m-%d}"


class CellVersion(BoundaryVersion):
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="versions")

    objects = CellVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("网格边界")
        verbose_name_plural = _("网格边界")
        constraints = [
            in_city("geom", "cell_version_in_city"),
            one_version_at_a_time("cell"),
            version_ends_after_it_begins("cell"),
        ]
        indexes = [GistIndex(fields=["geom_3857"], name="cell_version_geom_3857")]

    def __str__(self) -> str:
        return f"{self.cell} {self.valid_from:%Y-%m-%d}"


class Building(models.Model):
    """One building; its code numbers it within the community by time of entry."""

    code = models.CharField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    estate = models.CharField(_("小区"), max_length=60, blank=True)
    number = models.CharField(_("楼号"), max_length=10, blank=True)
    use = models.CharField(_("用途"), max_length=20, blank=True)
    floors = models.PositiveSmallIntegerField(_("层数"), null=True, blank=True)
    units = models.PositiveSmallIntegerField(_("单元数"), null=True, blank=True)
    households = models.PositiveSmallIntegerField(_("户数"), default=0)
    community = models.ForeignKey(
        Area, models.PROTECT, related_name="buildings", verbose_name=_("社区（村）")
    )
    geom = models.MultiPolygonField(_("轮廓"), srid=STORED)
    geom_3857 = drawn(models.MultiPolygonField(srid=DRAWN))

    reader_rights = "SELECT"

    class Meta:
        verbose_name = _("楼栋")
        verbose_name_plural = _("楼栋")
        ordering = ["code"]
        constraints = [in_city("geom", "building_in_city")]
        indexes = [GistIndex(fields=["geom_3857"], name="building_geom_3857")]

    def __str__(self) -> str:
        return self.name


class LeaderPost(models.Model):
    """The patch of a building leader or security household, inside one cell.

    That it lies inside its cell is a deferred constraint trigger (migration 0002): a rule
    over two tables, which a check constraint cannot state.
    """

    class Kind(models.TextChoices):
        BUILDING_LEADER = "building_leader", _("楼栋长")
        SECURITY_HOUSEHOLD = "security_household", _("治安户长")

    kind = models.CharField(_("类型"), max_length=18, choices=Kind)
    name = models.CharField(_("名称"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="posts", verbose_name=_("网格"))
    buildings = models.ManyToManyField(Building, related_name="posts", verbose_name=_("楼栋"))
    geom = models.MultiPolygonField(_("责任区"), srid=STORED)
    geom_3857 = drawn(models.MultiPolygonField(srid=DRAWN))

    reader_rights = "SELECT"

    class Meta:
        verbose_name = _("责任区")
        verbose_name_plural = _("责任区")
        constraints = [in_city("geom", "leader_post_in_city")]
        indexes = [GistIndex(fields=["geom_3857"], name="leader_post_geom_3857")]

    def __str__(self) -> str:
        return self.name


class Street(models.Model):
    """A line on the map with a name: road, motorway or railway."""

    class Grade(models.TextChoices):
        MOTORWAY = "motorway", _("高速公路")
        RAILWAY = "railway", _("铁路")
        MAIN = "main", _("主干路")
        ARTERIAL = "arterial", _("次干路")
        STREET = "street", _("支路")
        LANE = "lane", _("小路")

    grade = models.CharField(_("等级"), max_length=8, choices=Grade)
    name = models.CharField(_("名称"), max_length=60, blank=True)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    geom = models.MultiLineStringField(_("线"), srid=STORED)
    geom_3857 = drawn(models.MultiLineStringField(srid=DRAWN))

    reader_rights = "SELECT"

    class Meta:
        verbose_name = _("道路")
        verbose_name_plural = _("道路")
        constraints = [in_city("geom", "street_in_city")]
        indexes = [GistIndex(fields=["geom_3857"], name="street_geom_3857")]

    def __str__(self) -> str:
        return self.name


class Landmark(models.Model):
    """A point that people know by name."""

    kind = models.CharField(_("类型"), max_length=20)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    geom = models.PointField(_("位置"), srid=STORED)
    geom_3857 = drawn(models.PointField(srid=DRAWN))

    reader_rights = "SELECT"

    class Meta:
        verbose_name = _("地标")
        verbose_name_plural = _("地标")
        constraints = [in_city("geom", "landmark_in_city")]
        indexes = [GistIndex(fields=["geom_3857"], name="landmark_geom_3857")]

    def __str__(self) -> str:
        return self.name


class Ground(models.Model):
    """What the map is painted on: water, blocks by use, parks, fields."""

    kind = models.CharField(_("类型"), max_length=20)
    geom = models.MultiPolygonField(_("面"), srid=STORED)
    geom_3857 = drawn(models.MultiPolygonField(srid=DRAWN))

    class Meta:
        verbose_name = _("地面")
        verbose_name_plural = _("地面")
        constraints = [in_city("geom", "ground_in_city")]
        indexes = [GistIndex(fields=["geom_3857"], name="ground_geom_3857")]

    def __str__(self) -> str:
        return self.kind
