"""Foreign keys go down: gridmap › layers › geodata, which import contracts cannot see."""

from django.apps import apps

# Every app of the house with those it may point to; Django's own and axes stand below all.
MAY_POINT_TO = {
    "geodata": {"geodata"},
    "layers": {"layers", "geodata"},
    "accounts": {"accounts", "geodata"},
    "incidents": {"incidents", "accounts", "geodata"},
    "recurring": {"recurring", "incidents", "accounts", "geodata"},
    "console": {"console", "recurring", "incidents", "accounts", "geodata"},
}
HOUSE = {
    config.label
    for config in apps.get_app_configs()
    if config.name.split(".")[0] in {"gridmap", "layers", "geodata"}
}


def test_every_app_of_the_house_has_its_place() -> None:
    assert set(MAY_POINT_TO) == HOUSE


def test_every_relation_points_down() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for config in apps.get_app_configs()
        for model in config.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model
        and field.related_model._meta.app_label in HOUSE
        and field.related_model._meta.app_label not in MAY_POINT_TO.get(config.label, HOUSE)
    ]  # fmt: skip
    assert wrong == []


def test_the_map_has_no_models() -> None:
    for label in ("layers", "console"):
        assert list(apps.get_app_config(label).get_models()) == []
