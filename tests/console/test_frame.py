"""The frame of every page: navigation, language, theme, notices, and what templates may not do."""

import re
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import server_error

from gridmap.accounts.models import Role
from layers.styles import MAP
from tests.makers import appoint, make_small_city, make_user

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(
    path for app in ("gridmap", "layers") for path in (ROOT / app).glob("**/templates/**/*.html")
)
SPRITE = (ROOT / "layers/templates/layers/icons.html").read_text(encoding="utf-8")


def signed_in(role: Role, place: str, **fields: object) -> Client:
    city, client = make_small_city(), Client()
    user = make_user("zhou", **fields)
    appoint(user, role, {**city.areas, **city.cells, **city.posts}[place])
    client.force_login(user)
    return client


def links(page: str) -> list[str]:
    rail = re.search(r'<nav class="rail".*?</nav>', page, re.S)
    assert rail is not None
    return re.findall(r'class="rail__link" href="([^"]+)"', rail[0])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "place", "expected"),
    [
        (Role.GRID_MEMBER, "a", ["/my-cells/", "/conflicts/", "/cases/", "/contacts/"]),
        (Role.BUILDING_LEADER, "a1", ["/my-cells/", "/cases/", "/contacts/"]),
        (
            Role.DISTRICT_COMMANDER,
            "x",
            [
                "/command/",
                "/desk/",
                "/desk/cases/",
                "/areas/",
                "/conflicts/",
                "/briefing/",
                "/desk/hand-over/",
                "/contacts/",
            ],
        ),
        (
            Role.COMMUNITY_OFFICER,
            "p",
            [
                "/command/",
                "/desk/",
                "/desk/cases/",
                "/desk/community/",
                "/areas/",
                "/conflicts/",
                "/briefing/",
                "/desk/hand-over/",
                "/contacts/",
            ],
        ),
        (
            Role.DISPATCHER,
            "city",
            [
                "/command/",
                "/desk/",
                "/desk/cases/",
                "/areas/",
                "/conflicts/",
                "/briefing/",
                "/contacts/",
            ],
        ),
        (
            Role.CITY_ADMIN,
            "city",
            [
                "/command/",
                "/desk/",
                "/desk/cases/",
                "/areas/",
                "/conflicts/",
                "/briefing/",
                "/desk/hand-over/",
                "/contacts/",
                "/desk/rules/",
                "/import/",
            ],
        ),
    ],
)
def test_the_rail_offers_what_the_role_may_open(
    role: Role, place: str, expected: list[str]
) -> None:
    client = signed_in(role, place)
    assert links(client.get("/", follow=True).content.decode()) == expected
    for address in expected:
        assert client.get(address).status_code == 200


@pytest.mark.django_db
def test_the_current_page_is_marked() -> None:
    page = signed_in(Role.DISTRICT_COMMANDER, "x").get("/contacts/").content.decode()
    assert re.search(r'href="/contacts/" aria-current="page"', page)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "lang", "word"), [("zh-hans", "zh-hans", "通讯录"), ("en", "en", "Contacts")]
)
def test_a_page_speaks_the_language_of_the_person(language: str, lang: str, word: str) -> None:
    page = signed_in(Role.CITY_ADMIN, "city", language=language).get("/contacts/").content.decode()
    assert f'<html lang="{lang}"' in page
    assert f"<h1>{word}</h1>" in page


@pytest.mark.django_db
def test_an_english_page_marks_every_chinese_word() -> None:
    page = signed_in(Role.CITY_ADMIN, "city", language="en").get("/areas/").content.decode()
    marked = re.sub(r'<[^>]*lang="zh-Hans"[^>]*>[^<]*', "", page)
    visible = re.sub(r"<[^>]+>", " ", marked)
    assert re.findall(r"[\u4e00-\u9fff]+", visible) == []


@pytest.mark.django_db
def test_the_chosen_theme_stands_in_the_page_before_it_is_painted() -> None:
    page = signed_in(Role.CITY_ADMIN, "city", theme="dark").get("/areas/").content.decode()
    assert 'data-choice="dark"' in page
    assert page.index("theme.js") < page.index("<body")


@pytest.mark.django_db
def test_a_demonstration_says_so_on_every_page() -> None:
    notice = "演示数据，人名、边界、单位和案件都是虚构的"
    client = signed_in(Role.GRID_MEMBER, "a", is_demonstration=True)
    assert notice in client.get("/my-cells/").content.decode()
    assert notice in client.get("/contacts/").content.decode()


@pytest.mark.django_db
def test_a_real_city_has_no_such_notice() -> None:
    page = signed_in(Role.GRID_MEMBER, "a").get("/my-cells/").content.decode()
    assert "虚构" not in page


@pytest.mark.django_db
def test_an_unknown_address_says_so_and_leads_home() -> None:
    answer = signed_in(Role.GRID_MEMBER, "a").get("/nowhere/")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.content.decode()
    assert f'href="{reverse("home")}"' in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_with_a_page() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    answer = client.post(reverse("theme"), {"theme": "dark"})
    assert answer.status_code == 403
    assert "这一步没有做成" in answer.content.decode()


def test_the_page_of_a_broken_server_needs_nothing_of_it() -> None:
    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "暂时打不开" in answer.content.decode()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_breaks_no_rule_of_the_content_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    assert not re.search(r'(src|href)="(https?:)?//', text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_icon_is_in_the_sprite(path: Path) -> None:
    used = set(re.findall(r'href="#(i-[a-z]+)"', path.read_text(encoding="utf-8")))
    assert used <= set(re.findall(r'id="(i-[a-z]+)"', SPRITE))


def test_every_icon_of_the_sprite_is_used() -> None:
    tags = [*(ROOT / "gridmap/console/templatetags").glob("*.py")]
    tags += (ROOT / "gridmap/console/static/console/command").glob("*.js")
    everything = "".join(path.read_text(encoding="utf-8") for path in tags) + "".join(
        path.read_text(encoding="utf-8") for path in TEMPLATES
    )
    names = re.findall(r'id="i-([a-z]+)"', SPRITE)
    # An address is written out, chosen by a condition, or given by the navigation.
    used = {name for name in names if re.search(rf'#i-{name}"|%}}{name}{{%|"{name}"', everything)}
    assert set(names) - used == set()


def test_every_colour_that_the_map_of_my_cells_names_exists() -> None:
    names = set(MAP["light"]) | {"surface", "on-pri", "red", "ink", "ink-inv"}
    scripts = [*(ROOT / "layers/static/layers").glob("*.js")]
    scripts += (ROOT / "gridmap/console/static/console/my_cells").glob("*.js")
    scripts += (ROOT / "gridmap/console/static/console/cases").glob("*.js")
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        used = set(re.findall(r'colour\("([a-z0-9-]+)"\)', text)) | set(
            re.findall(r'"(m-[a-z0-9-]+)"', text)
        )
        assert used <= names, script.name
