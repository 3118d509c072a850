"""A wrong list of sources stops the start, with what to do about it."""

import re
from typing import Any

from django.conf import settings
from django.contrib.gis.db.models import GeometryField
from django.contrib.postgres.indexes import GistIndex
from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db.models import GeneratedField, Model
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from layers.sources import MapSource

NAME = re.compile(r"[a-z][a-z_]*")


def check_map_sources(**_options: Any) -> list[CheckMessage]:
    """Every entry of MAP_SOURCES is a source, under its own name, over columns that exist."""
    found: list[CheckMessage] = []
    owners: dict[str, str] = {}
    for path in settings.MAP_SOURCES:
        try:
            source = import_string(path)
        except ImportError as error:
            found.append(_cannot_import(path, error))
            continue
        if not isinstance(source, MapSource):
            found.append(_no_source(path))
            continue
        found += _check_name(source, path, owners.setdefault(source.name, path))
        found += _check_fields(source)
        found += _check_geometry(source.model, source.drawn, path)
        found += _check_geometry(source.model, source.stored, path)
    return found


def _cannot_import(path: str, error: ImportError) -> CheckMessage:
    return Error(
        _("MAP_SOURCES 里的 {path} 导入不了：{error}").format(path=path, error=error),
        hint=_("写成“模块.名称”，名称是一个 MapSource。"),
        id="layers.E001",
    )


def _no_source(path: str) -> CheckMessage:
    return Error(
        _("MAP_SOURCES 里的 {path} 不是 MapSource。").format(path=path),
        hint=_("用 layers.sources.MapSource 写一个。"),
        id="layers.E002",
    )


def _check_name(source: MapSource, path: str, owner: str) -> list[CheckMessage]:
    if not NAME.fullmatch(source.name):
        return [
            Error(
                _("图层 {path} 的名称“{name}”不能写进地址。").format(path=path, name=source.name),
                hint=_("只用小写字母和下划线，以字母开头。"),
                id="layers.E003",
            )
        ]
    if owner != path:
        return [
            Error(
                _("{path} 和 {owner} 都叫“{name}”。").format(
                    path=path, owner=owner, name=source.name
                ),
                hint=_("给其中一个换个名称。"),
                id="layers.E004",
            )
        ]
    return []


def _check_fields(source: MapSource) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for name, path in source.fields.items():
        try:
            source.model._default_manager.values_list(path)
        except FieldError as error:
            found.append(
                Error(
                    _("图层“{source}”的字段“{name}”找不到：{error}").format(
                        source=source.name, name=name, error=error
                    ),
                    hint=_("写模型里有的字段，跨表用双下划线。"),
                    id="layers.E005",
                )
            )
    return found


def _check_geometry(model: type[Model], column: str, path: str) -> list[CheckMessage]:
    try:
        field = model._meta.get_field(column)
    except FieldDoesNotExist:
        field = None
    if not _is_geometry(field):
        return [
            Error(
                _("图层 {path}：{model} 没有几何字段“{column}”。").format(
                    path=path, model=model.__name__, column=column
                ),
                hint=_("用 drawn 和 stored 写明画图用的和存储用的几何字段。"),
                id="layers.E006",
            )
        ]
    if not _is_indexed(model, field):
        return [
            Error(
                _("图层 {path}：{model}.{column} 没有空间索引。").format(
                    path=path, model=model.__name__, column=column
                ),
                hint=_("在 Meta.indexes 里加一个 GistIndex：生成的字段不会自己带索引。"),
                id="layers.E007",
            )
        ]
    return []


def _is_geometry(field: Any) -> bool:
    shown = field.output_field if isinstance(field, GeneratedField) else field
    return isinstance(shown, GeometryField)


def _is_indexed(model: type[Model], field: Any) -> bool:
    if isinstance(field, GeometryField) and field.spatial_index:
        return True
    return any(
        isinstance(index, GistIndex) and index.fields == [field.name]
        for index in model._meta.indexes
    )
