"""The map for paper: where things stand, what colour they have, and that nothing lies outside."""

import re

import numpy as np
import pytest
import shapely

from layers.map_picture import Frame, Lines, Outline, draw_map
from layers.styles import PALETTES

FRAME = Frame(0, 0, 200, 100, 400)
CELLS = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])


def test_a_cell_stands_where_it_lies_north_up() -> None:
    picture = draw_map(FRAME, CELLS[1:], np.array([3]))
    (paper, cell) = picture.shapes
    assert (picture.width, picture.height) == (400, 200)
    assert cell.fill == PALETTES["light"]["h3"]
    assert cell.rings[0].min(axis=0).tolist() == [200, 0]
    assert cell.rings[0].max(axis=0).tolist() == [400, 200]
    assert len(paper.rings) == 1


def test_cells_of_a_class_are_one_shape_and_class_0_has_no_colour_of_more() -> None:
    picture = draw_map(FRAME, CELLS, np.array([0, 0]))
    assert len(picture.shapes) == 2
    assert picture.shapes[1].fill not in PALETTES["light"].values()


def test_what_lies_outside_is_cut_off() -> None:
    far = np.array([shapely.box(-5_000, 20, 100, 40), shapely.box(900, 0, 950, 10)])
    picture = draw_map(FRAME, far, np.array([1, 1]))
    (ring,) = picture.shapes[1].rings
    assert ring[:, 0].min() == -4.0
    assert draw_map(FRAME, far[1:], np.array([1])).shapes[1:] == []


def test_holes_stay_holes() -> None:
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 60))
    svg = draw_map(FRAME, np.array([ring]), np.array([1])).svg("x")
    assert 'fill-rule="evenodd"' in svg
    assert len(re.findall("M", svg.split("<path")[2])) == 2


def test_an_outline_is_dashed_until_it_is_confirmed_and_its_number_stays_in_the_picture() -> None:
    outlines = [Outline(shapely.box(10, 10, 60, 100), 7, is_dashed=True)]
    picture = draw_map(FRAME, CELLS, np.array([1, 1]), outlines=outlines)
    assert picture.shapes[-1].is_dashed
    (disc,) = picture.words
    assert (disc.text, disc.y) == ("7", 8.0)
    assert 'stroke-dasharray="5 4"' in picture.svg("x")


def test_names_are_escaped_and_those_outside_are_left_out() -> None:
    names = {"<a&b>": (50.0, 50.0), "far": (900.0, 50.0)}
    svg = draw_map(FRAME, CELLS, np.array([1, 1]), names=names).svg('say "it"')
    assert "&lt;a&amp;b&gt;" in svg
    assert "far" not in svg
    assert "say &quot;it&quot;" in svg


def test_a_name_goes_where_a_disc_or_an_earlier_name_stands() -> None:
    outlines = [Outline(shapely.box(40, 40, 60, 60), 1, is_dashed=False)]
    names = {
        "盖住": (57.0, 59.0),
        "胜利社区": (150.0, 50.0),
        "友谊社区": (152.0, 51.0),
        "远处": (20.0, 10.0),
    }
    picture = draw_map(FRAME, CELLS, np.array([1, 1]), outlines=outlines, names=names)
    assert [word.text for word in picture.words] == ["胜利社区", "远处", "1"]


def test_lines_are_not_closed() -> None:
    street = np.array([shapely.LineString([(0, 50), (200, 50)])])
    svg = draw_map(FRAME, CELLS, np.array([1, 1]), [Lines(street, "m-road", 2)]).svg("x")
    assert 'd="M0.0 100.0 400.0 100.0"' in svg


def test_bad_classes_are_refused() -> None:
    for classes in (np.array([1]), np.array([1, 7])):
        with pytest.raises(ValueError, match="classes"):
            draw_map(FRAME, CELLS, classes)
