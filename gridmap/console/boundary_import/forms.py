"""What the administrator says about a file."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from geodata.crs import UnknownSystem, parse_system
from geodata.importing import TEXTS
from geodata.models import Cell
from geodata.reading import ENDINGS
from gridmap.console.boundary_import.stages import Reading
from gridmap.console.pages import is_english

OTHER = "other"
SYSTEMS = [
    ("", _("文件里写了")),
    ("cgcs2000", "CGCS2000"),
    ("wgs84", "WGS 84"),
    ("gcj02", _("GCJ-02（高德、腾讯）")),
    ("bd09", _("BD-09（百度）")),
    (OTHER, _("别的，写 EPSG 号")),
]
FIELD_LABELS = {
    "kind": _("层级"),
    "code": _("代码"),
    "name": _("名称"),
    "name_en": _("英文名称"),
    "parent_code": _("上级代码"),
}
# What these columns are called in the files that surveyors deliver.
USUAL_COLUMNS = {
    "kind": ("kind", "层级", "类型", "网格类型", "级别"),
    "code": ("code", "代码", "编码", "网格编码", "网格代码", "区划代码"),
    "name": ("name", "名称", "网格名称", "社区名称"),
    "name_en": ("name_en", "英文名称"),
    "parent_code": ("parent_code", "上级代码", "上级编码", "社区代码", "社区编码"),
}


def kind_choices() -> list[tuple[str, str | Promise]]:
    """A column says it, or all rows are of one level."""
    levels = [
        (level.kind, level.label_en if is_english() else level.label)
        for level in settings.CITY.levels
    ]
    return [("", _("文件里有一列说明")), *Cell.Kind.choices, *levels]


class ReadingForm(forms.Form):
    """How a file is to be read."""

    kind = forms.ChoiceField(label=_("这些面是"), required=False, choices=kind_choices)
    crs = forms.ChoiceField(
        label=_("坐标系"), choices=SYSTEMS, required=False, widget=forms.RadioSelect
    )
    epsg = forms.IntegerField(label=_("EPSG 号"), required=False, min_value=1)
    replace = forms.TypedChoiceField(
        label=_("库里已有的边界"),
        choices=[("yes", _("换成文件里的")), ("no", _("不动，只加新的"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        *args: Any,
        columns: Sequence[str] = (),
        layers: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if layers:
            self.fields["layer"] = forms.ChoiceField(
                label=_("图层"), choices=[(name, name) for name in layers]
            )
        for name in TEXTS["areas"] if columns else ():
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=FIELD_LABELS[name],
                choices=[("", _("没有这一列")), *((column, column) for column in columns)],
                required=False,
                initial=_usual(name, columns),
            )

    @property
    def column_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name.startswith("column_")]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("crs") == OTHER and "epsg" not in self.errors:
            values["crs"] = self._system(values.get("epsg"))
        return values

    def _system(self, epsg: int | None) -> str:
        if epsg is None:
            self.add_error("epsg", gettext("写上 EPSG 号，例如 4542"))
            return ""
        try:
            return parse_system(f"EPSG:{epsg}")
        except UnknownSystem:
            self.add_error(
                "epsg",
                gettext("EPSG:%(epsg)s 不是坐标系，或换算不到 CGCS2000") % {"epsg": epsg},
            )
            return ""

    def reading(self, before: Reading | None = None) -> Reading:
        """The answers, and those given before to what is not asked again; call when valid."""
        values, before = self.cleaned_data, before or Reading()
        columns = {
            name.removeprefix("column_"): values[name]
            for name in values
            if name.startswith("column_") and values[name]
        }
        return Reading(
            kind=values["kind"],
            crs=values["crs"],
            layer=values.get("layer", before.layer),
            columns=columns if self.column_fields else before.columns,
            replace=values["replace"],
        )


class UploadForm(ReadingForm):
    """A file and how it is to be read."""

    file = forms.FileField(
        label=_("边界文件"),
        widget=forms.FileInput(
            attrs={"accept": ",".join(ENDINGS), "aria-describedby": "file-help file-error"}
        ),
        error_messages={"required": _("选一个文件"), "empty": _("这个文件是空的")},
    )
    field_order = ["file"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if Path(file.name).suffix.lower() not in ENDINGS:
            raise forms.ValidationError(
                gettext(
                    "认不出 %(name)s。要 GeoPackage、GeoJSON、zip 打包的 Shapefile、GeoParquet 或 TopoJSON。"
                )
                % {"name": file.name}
            )
        return file


def initial_of(reading: Reading) -> dict[str, Any]:
    """The answers given before, for a form that shows them again."""
    values = asdict(reading)
    is_listed = reading.crs in dict(SYSTEMS)
    return {
        **{f"column_{name}": column for name, column in values.pop("columns").items()},
        **values,
        "crs": reading.crs if is_listed else OTHER,
        "epsg": None if is_listed else reading.crs.removeprefix("EPSG:"),
        "replace": "yes" if reading.replace else "no",
    }


def _usual(name: str, columns: Sequence[str]) -> str:
    found = [column for column in columns if column.strip().lower() in USUAL_COLUMNS[name]]
    return found[0] if found else ""
