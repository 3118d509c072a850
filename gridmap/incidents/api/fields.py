"""Fields that take exactly what the schema says, and say in words what else came.

Those of REST framework read a number as a text, “yes” as a truth, an infinity as a number and repeat
whatever they were sent; a machine that errs should hear of it.
"""

import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

FIRST_YEAR, LAST_YEAR = 1990, 2100
UNSAFE = re.compile("[\x00\ud800-\udfff]")
TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MISSING = {"required": _("这一项必须填。"), "null": _("这一项不能是空值。")}


class Text(serializers.CharField):
    """A text that the database can hold."""

    default_error_messages = {
        **MISSING,
        "invalid": _("要一段文字。"),
        "blank": _("不能是空的。"),
        "max_length": _("最多 {max_length} 个字。"),
        "unsafe": _("文字里有不能保存的字符。"),
    }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        if UNSAFE.search(data):
            self.fail("unsafe")
        return super().to_internal_value(data)


class Pattern(Text):
    """A text of one form."""

    def __init__(self, pattern: str, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(RegexValidator(rf"^{pattern}\Z", _("写法不对。")))


class Money(Pattern):
    """Yuan and fen, as a text: a number would be rounded on its way."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"[0-9]{1,12}(\.[0-9]{1,2})?", **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        return Decimal(value) if isinstance(value, str) else value


class Choice(serializers.ChoiceField):
    """One of the words of a table."""

    default_error_messages = {**MISSING, "invalid_choice": _("没有这个选项。")}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number within bounds."""

    default_error_messages = {
        **MISSING,
        "invalid": _("要一个整数。"),
        "max_value": _("最大 {max_value}。"),
        "min_value": _("最小 {min_value}。"),
    }

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Number(serializers.FloatField):
    """A finite number within bounds."""

    default_error_messages = {
        **MISSING,
        "invalid": _("要一个数。"),
        "max_value": _("最大 {max_value}。"),
        "min_value": _("最小 {min_value}。"),
    }

    def to_internal_value(self, data: Any) -> float:
        if not isinstance(data, int | float) or isinstance(data, bool):
            self.fail("invalid")
        try:
            value = float(data)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class Truth(serializers.BooleanField):
    default_error_messages = {**MISSING, "invalid": _("要 true 或 false。")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Key(serializers.UUIDField):
    """Drawn by the sender, once for all tries."""

    default_error_messages = {**MISSING, "invalid": _("要一个 UUID。")}

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str) or not UUID_TEXT.fullmatch(data):
            self.fail("invalid")
        return UUID(data)


class Moment(serializers.DateTimeField):
    """A time with its zone (RFC 3339), in years that are plausible."""

    default_error_messages = {
        **MISSING,
        "invalid": _("要带时区的时间，例如 2026-07-14T09:20:00+08:00。"),
        "years": _("年份要在 1990 到 2100 之间。"),
    }

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not TIME.fullmatch(data):
            self.fail("invalid")
        try:
            value = datetime.fromisoformat(data.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("invalid")
        if not FIRST_YEAR <= value.year < LAST_YEAR:
            self.fail("years")
        return value


class Day(serializers.DateField):
    default_error_messages = {
        **MISSING,
        "invalid": _("要一个日期，例如 2026-07-14。"),
        "years": _("年份要在 1990 到 2100 之间。"),
    }

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not DAY.fullmatch(data):
            self.fail("invalid")
        try:
            value = date.fromisoformat(data)
        except ValueError:
            self.fail("invalid")
        if not FIRST_YEAR <= value.year < LAST_YEAR:
            self.fail("years")
        return value


class WholeText(Whole):
    """A whole number in an address."""

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch("-?[0-9]{1,18}", data):
            self.fail("invalid")
        return int(data)


class NumberText(Number):
    """A number in an address."""

    def to_internal_value(self, data: Any) -> float:
        if not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", data):
            self.fail("invalid")
        return super().to_internal_value(float(data))


class TruthText(Truth):
    """A truth in an address."""

    def to_internal_value(self, data: Any) -> bool:
        if data not in ("true", "false"):
            self.fail("invalid")
        return bool(data == "true")


class Input(serializers.Serializer[Any]):
    """What is sent: exactly these fields; what is misspelt is not passed over."""

    default_error_messages = {**MISSING, "invalid": _("要一个 JSON 对象。")}

    def to_internal_value(self, data: Any) -> Any:
        unknown = (
            [name for name in data if name not in self.fields] if isinstance(data, dict) else []
        )
        faults: dict[str, Any] = {str(name): [_("没有这一项。")] for name in unknown}
        values = None
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            faults.update(cast("dict[str, Any]", error.detail))
        if faults:
            raise serializers.ValidationError(faults)
        return values


class Many(serializers.ListField):
    default_error_messages = {
        **MISSING,
        "not_a_list": _("要一个列表。"),
        "max_length": _("最多 {max_length} 项。"),
    }
