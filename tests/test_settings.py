import pytest
from django.core.exceptions import ImproperlyConfigured

from gridmap.settings import tile_hosts


@pytest.mark.parametrize(
    ("template", "hosts"),
    [
        ("", []),
        ("https://tiles.example.org/{z}/{x}/{y}.png", ["https://tiles.example.org"]),
        ("http://10.0.0.7:8080/{z}/{x}/{y}.png", ["http://10.0.0.7:8080"]),
        (
            "https://t{s}.tianditu.gov.cn/vec_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=key",
            ["https://*.tianditu.gov.cn"],
        ),
    ],
)
def test_the_security_policy_names_the_host_of_a_raster_service(
    template: str, hosts: list[str]
) -> None:
    assert tile_hosts(template) == hosts


@pytest.mark.parametrize("template", ["tiles", "https://tiles.example.org/", "file:///{z}/{x}/{y}"])
def test_an_address_without_its_three_numbers_stops_the_start(template: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="BASEMAP_TILES"):
        tile_hosts(template)
