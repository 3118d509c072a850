from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from geodata.models import STORED, CellVersion, Ground
from gridmap.accounts.models import Role, User
from gridmap.accounts.scope import scope
from layers.tiles import NoSuchTile, draw, parse
from tests.layers import mvt
from tests.layers.makers import address, tile_over
from tests.makers import (
    LONG_AGO,
    SmallCity,
    appoint,
    make_change,
    make_landmark,
    make_small_city,
    make_street,
    make_user,
    point,
    square,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> SmallCity:
    return make_small_city()


@pytest.fixture
def commander(city: SmallCity) -> User:
    user = make_user("commander")
    appoint(user, Role.DISTRICT_COMMANDER, city.areas["city"])
    return user


def tile(user: User, names: str, column: float = 1, row: float = 1, zoom: int = 14) -> Any:
    z, x, y = tile_over(column, row, zoom)
    return mvt.read(draw(parse(names, str(z), str(x), str(y)), user))


def names_in(features: list[mvt.Feature]) -> list[str]:
    return sorted(feature.properties["name"] for feature in features)


def test_a_tile_holds_the_public_fields_and_no_feature_loses_its_id(
    city: SmallCity, commander: User
) -> None:
    features = {f.properties["id"]: f.properties for f in tile(commander, "cells")["cells"]}
    cell = city.cells["a"]
    assert features[cell.pk] == {
        "id": cell.pk,
        "code": cell.code,
        "kind": "base",
        "name": "cell-a",
        "name_en": "",
    }


def test_coordinates_are_those_of_st_asmvtgeom_without_clipping(
    city: SmallCity, commander: User
) -> None:
    z, x, y = tile_over(1, 1, 14)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsMVT(f, 'cells', 4096, 'g') FROM (SELECT cell_id AS id, ST_AsMVTGeom("
            "geom_3857, ST_TileEnvelope(%s, %s, %s), 4096, 64, false) AS g "
            "FROM geodata_cellversion) AS f",
            [z, x, y],
        )
        oracle = mvt.read(bytes(cursor.fetchone()[0]))["cells"]
    corners = {f.properties["id"]: {frozenset(part) for part in f.parts} for f in oracle}
    for feature in tile(commander, "cells")["cells"]:
        found = {frozenset(part) for part in feature.parts}
        assert found == corners[feature.properties["id"]]


def test_exterior_rings_turn_as_the_format_wants_and_holes_the_other_way(
    commander: User,
) -> None:
    outer, hole = square(0, 0)[0], square(0.2, 0.2, width=0.2, height=0.2)[0]
    with_hole = Polygon(outer[0], hole[0], srid=STORED)
    Ground.objects.create(kind="park", geom=MultiPolygon(with_hole, srid=STORED))
    (feature,) = tile(commander, "ground", 0.5, 0.5)["ground"]
    exterior, interior = feature.areas
    assert exterior > 0 > interior


def test_a_large_shape_is_clipped_to_the_tile_and_its_margin(commander: User) -> None:
    # A field of teeth: 602 corners over the whole board, many times as wide as the tile.
    teeth = [(0.01 * n, 0.1 * (n % 2)) for n in range(600)]
    ring = [point(column, row).coords for column, row in [*teeth, (6, 8), (0, 8), teeth[0]]]
    Ground.objects.create(kind="water", geom=MultiPolygon(Polygon(ring), srid=STORED))
    features = tile(commander, "ground", 3, 4, zoom=16)["ground"]
    spots = [spot for feature in features for part in feature.parts for spot in part]
    assert spots
    assert all(-64 <= value <= 4160 for spot in spots for value in spot)


def test_several_sources_come_in_one_tile_by_one_statement(
    city: SmallCity, commander: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_street("jingtie", row=1)
    make_landmark("station")
    vars(commander)["scope"] = scope(commander)
    names = "streets+landmarks+cells+footprints"
    with django_assert_num_queries(2) as asked:
        tile(commander, names)
    assert [query["sql"].split()[0] for query in asked] == ["PREPARE", "EXECUTE"]
    with django_assert_num_queries(1):
        layers = tile(commander, names)
    assert set(layers) == {"streets", "landmarks", "cells", "footprints"}


def test_a_border_between_two_cells_is_one_line(city: SmallCity, commander: User) -> None:
    (lines,) = tile(commander, "cell_lines", 2, 1, zoom=16)["cell_lines"]
    ends = [tuple(sorted((part[0], part[-1]))) for part in lines.parts]
    assert len(lines.parts) == len(set(ends)) == 1


def test_a_name_stands_in_exactly_one_tile(city: SmallCity, commander: User) -> None:
    z, x, y = tile_over(2, 1, 14)
    found = []
    for column in range(x - 3, x + 4):
        for row in range(y - 3, y + 4):
            drawn = draw(parse("community_names", str(z), str(column), str(row)), commander)
            found += mvt.read(drawn).get("community_names", [])
    assert names_in(found) == ["area-p", "area-q", "area-r"]
    assert {feature.kind for feature in found} == {1}


@pytest.mark.parametrize(
    ("names", "zoom", "is_drawn"),
    [
        ("streets", 12, False),
        ("streets", 13, True),
        ("footprints", 12, False),
        ("footprints", 13, True),
        ("cell_lines", 12, False),
        ("cell_lines", 13, True),
        ("community_lines", 10, False),
        ("community_lines", 11, True),
        ("district_lines", 6, True),
    ],
)
def test_each_zoom_draws_what_the_design_says(
    city: SmallCity, commander: User, names: str, zoom: int, is_drawn: bool
) -> None:
    make_street("lane", row=1)
    assert bool(tile(commander, names, zoom=zoom).get(names)) is is_drawn


def test_motorway_and_railway_are_seen_from_afar(commander: User) -> None:
    for row, grade in enumerate(["motorway", "railway", "main", "street"]):
        make_street(grade, grade=grade, row=row)
    assert names_in(tile(commander, "streets", zoom=9)["streets"]) == ["motorway", "railway"]
    assert names_in(tile(commander, "streets", zoom=11)["streets"]) == [
        "main",
        "motorway",
        "railway",
    ]


def test_registry_rows_end_at_the_scope_and_paper_does_not(city: SmallCity) -> None:
    member = make_user("member")
    appoint(member, Role.GRID_MEMBER, city.cells["b"])
    layers = tile(member, "cells+buildings+posts+areas+footprints", 2, 1, zoom=13)
    assert names_in(layers["cells"]) == ["cell-b"]
    assert names_in(layers["buildings"]) == ["building-b1"]
    assert names_in(layers["posts"]) == ["post-b1"]
    assert "areas" not in layers
    assert len(layers["footprints"]) > len(layers["buildings"])


def test_footprints_tell_no_name(city: SmallCity, commander: User) -> None:
    features = tile(commander, "footprints", zoom=13)["footprints"]
    assert features
    assert not any(feature.properties for feature in features)


def test_who_is_entrusted_with_nothing_gets_no_tile(city: SmallCity) -> None:
    z, x, y = tile_over(1, 1, 14)
    with pytest.raises(NoSuchTile):
        draw(parse("ground", str(z), str(x), str(y)), make_user("nobody"))


def test_an_outsider_asks_for_a_tile_in_vain(client: Client, city: SmallCity) -> None:
    assert client.get(address("ground")).status_code == 302
    client.force_login(make_user("nobody"))
    assert client.get(address("ground")).status_code == 404


def test_a_tile_without_rows_is_empty(commander: User) -> None:
    assert tile(commander, "ground+cells", 40, 40) == {}


@pytest.mark.parametrize(
    "path",
    [
        "nothing/14/1/1",
        "cells+cells/14/1/1",
        "cells+/14/1/1",
        "Cells/14/1/1",
        "cells/23/1/1",
        "cells/99/1/1",
        "cells/3/8/0",
        "cells/3/0/8",
        "cells/-1/0/0",
        "cells/3/1/-1",
        "cells/3/1/1.5",
        "cells/3/99999999/1",
        "cells/3/999999999/1",
        "cells/%00/1/1",
        "cells/3/١/1",
        "cells'--/3/1/1",
    ],
)
def test_an_address_that_names_no_tile_is_not_found(
    client: Client, commander: User, path: str
) -> None:
    client.force_login(commander)
    assert client.get(f"/map/tiles/{path}.mvt").status_code == 404


def test_the_whole_of_django_gives_the_same_tile(
    client: Client, city: SmallCity, commander: User
) -> None:
    client.force_login(commander)
    answer = client.get(address("cells"))
    assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert answer["Cache-Control"] == "private, no-cache"
    assert mvt.read(answer.content) == tile(commander, "cells")


def test_an_old_version_of_a_cell_is_not_drawn(city: SmallCity, commander: User) -> None:
    CellVersion.objects.create(
        cell=city.cells["a"],
        geom=square(0, 0, width=4, height=2),
        valid_from=LONG_AGO - timedelta(days=365),
        valid_to=LONG_AGO,
        opened_by=make_change(),
    )
    found = names_in(tile(commander, "cells")["cells"])
    assert found.count("cell-a") == 1
