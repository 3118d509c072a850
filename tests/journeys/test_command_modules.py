"""The arithmetic behind the commander's map, in the browser that does it: classes, intervals, sums, density."""

import base64
import json
import random
import struct
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from gridmap.console.bin_bytes import packed as packed_bins
from layers import styles
from layers.styles import CHANGE_BREAKS, count_breaks, density_breaks

LADDER = [*styles.LADDER]
STARTS = ["2026-06-22", "2026-06-29", "2026-07-06", "2026-07-13"]
CELLS = [
    {"code": "A", "name": "甲", "residents": 1000},
    {"code": "B", "name": "乙", "residents": 100},
    {"code": "C", "name": "丙", "residents": 0},
]
COUNTS = [[1, 9, 8, 3], [0, 0, 30, 0], [5, 0, 0, 1]]
OPEN = [[0, 0, 2, 3], [0, 0, 15, 0], [0, 0, 0, 1]]
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ask(browser: Browser, address: str) -> Iterator[Ask]:
    """`ask(module, script, argument)`: what a script makes of a module `m` and its argument `given`."""
    page = browser.new_page()
    page.goto(f"{address}/login/")

    def run(module: str, script: str, given: object = None) -> Any:
        body = f"async (given) => {{ const m = await import('/static/{module}'); {script} }}"
        return page.evaluate(body, given)

    yield run
    page.close()


def packed() -> str:
    """A cube as the server sends it, written by hand: four weeks, three cells, one bin."""
    arrays: dict[str, tuple[str, list[int], bytes]] = {
        "counts": ("u1", [3, 4], bytes(chain(*COUNTS))),
        "open": ("u2", [3, 4], struct.pack("<12H", *chain(*OPEN))),
        "bin_x": ("i4", [1], struct.pack("<i", -7)),
        "bin_y": ("u4", [1], struct.pack("<I", 34_000)),
        "bins": ("u1", [1, 4], bytes([6, 9, 38, 4])),
        "rhythm": ("u1", [4, 7, 24], bytes([1] * 168 * 4)),
        "totals": ("u1", [4], bytes([6, 9, 39, 4])),
    }
    told, body = {}, b""
    for name, (kind, shape, values) in arrays.items():
        told[name] = {"dtype": kind, "shape": shape, "offset": len(body)}
        body += values + bytes(-len(values) % 8)
    header = {
        "step": "week", "starts": STARTS, "until": "2026-07-20", "now": "2026-07-15T12:00:00+08:00", "cells": CELLS,
        "merged": False, "bin_m": 128, "ground_m": 100, "ladder": LADDER, "arrays": told,
    }  # fmt: skip
    text = json.dumps(header, ensure_ascii=False).encode()
    head = struct.pack("<I", len(text)) + text
    return base64.b64encode(head + bytes(-len(head) % 8) + body).decode()


CUBE = "const bytes = Uint8Array.from(atob(given), (c) => c.charCodeAt(0)).buffer; const cube = m.prepare(m.unpack(bytes));"


def test_six_steps_of_the_ladder_end_nearest_to_the_top(ask: Ask) -> None:
    tops = ask("layers/breaks.js", "return given.tops.map((top) => m.ladderBreaks(given.ladder, top));",
               {"ladder": LADDER, "tops": [0, 28, 29, 60, 999_999]})  # fmt: skip
    assert tops == [
        LADDER[:6],
        [2, 4, 6, 9, 14, 22],
        [4, 6, 9, 14, 22, 35],
        [6, 9, 14, 22, 35, 55],
        LADDER[-6:],
    ]


def test_the_top_is_the_98th_percentile_of_what_is_not_empty(ask: Ask) -> None:
    values = [0] * 500 + list(range(1, 102))
    often = [0] + [1] * 101
    found = ask("layers/breaks.js", "return [m.topOf(given[0]), m.topOfOften(given[1]), m.topOf([0])];",
                [values, often])  # fmt: skip
    assert found == [99, 99, 0]


def test_densities_are_shares_of_the_peak_rounded_to_five_and_never_fall_together(ask: Ask) -> None:
    found = ask("layers/breaks.js", "return given.map(m.densityBreaks);", [205, 12])
    assert found == [[30, 55, 85, 115, 150, 185], [2, 3, 5, 7, 9, 11]]


def test_the_browser_and_the_maps_of_notebooks_and_files_have_the_same_classes(ask: Ask) -> None:
    chance = np.random.default_rng(5)
    counts = [chance.poisson(mean, 200).tolist() for mean in (0.3, 2, 11, 60, 400)]
    peaks = (chance.uniform(0.2, 1, 40) * np.logspace(-1, 4, 40)).tolist()
    script = """
      const oftenOf = (values) => values.reduce((often, value) => { often[value] += 1; return often; }, new Array(2000).fill(0));
      return [
        given.counts.map((values) => m.ladderBreaks(given.ladder, m.topOfOften(oftenOf(values)))),
        given.counts.map((values) => m.ladderBreaks(given.ladder, m.topOf(values))), given.peaks.map(m.densityBreaks), m.RATIOS];
    """
    often, sorted_, densities, ratios = ask(
        "layers/breaks.js", script, {"ladder": LADDER, "counts": counts, "peaks": peaks}
    )
    assert often == sorted_ == [[*count_breaks(one)] for one in counts]
    assert densities == [[*density_breaks(peak)] for peak in peaks]
    assert ratios == [*CHANGE_BREAKS[1:]]


def test_a_value_on_an_edge_belongs_to_the_class_above(ask: Ask) -> None:
    script = "return given.map((value) => m.classOf(value, [1, 2, 4]));"
    assert ask("layers/breaks.js", script, [0, 1, 1.99, 2, 4, 500]) == [0, 1, 1, 2, 3, 3]


def test_intervals_are_the_exact_ones(ask: Ask) -> None:
    script = (
        "return [m.countInterval(10), m.countInterval(0), m.shareInterval(0, 10), m.shareInterval(5, 10), "
        "m.shareInterval(10, 10), m.ratioInterval(8, 7, 11, 7)].flat();"
    )
    # Garwood; Clopper and Pearson; from 11 to 8: −75 % to +99 %.
    assert ask("layers/uncertainty.js", script) == pytest.approx(
        [4.7954, 18.3904, 0, 3.6889, 0, 0.3085, 0.1871, 0.8129, 0.6915, 1, 0.2540, 1.9851], abs=1e-4
    )


def test_what_lies_inside_an_interval_is_held_by_it(ask: Ask) -> None:
    script = (
        "return [4.79, 4.80, 18.39, 18.40].map((mean) => m.countHolds(10, mean))"
        ".concat([0.18, 0.19, 0.81, 0.82].map((share) => m.shareHolds(5, 10, share)));"
    )
    assert ask("layers/uncertainty.js", script) == [False, True, True, False] * 2


def test_a_count_is_spread_and_none_is_lost(ask: Ask) -> None:
    script = """
      const density = m.smooth({ x: [10, 10, 40], y: [5, 6, 5], counts: [2, 0, 3, 1, 0, 4, 0, 0, 5], steps: 3, side: 100 });
      const sum = (values) => Math.round(values.reduce((total, value) => total + value, 0) / 100);
      const windows = [[0, 1], [1, 2], [0, 3], [2, 2]].map(([from, to]) => sum(density.window(from, to)));
      const highest = Math.max(...density.window(1, 3));
      return { windows, peak: density.peak(2) / highest, reach: [density.left, density.bottom] };
    """
    # A bin of 100 m is a hundredth of a square kilometre.
    found = ask("layers/density.js", script)
    assert found["windows"] == [3, 0, 15, 0]
    assert found["peak"] == pytest.approx(1)
    assert found["reach"] == [7, 2]


def test_the_peak_is_the_highest_density_of_any_window(ask: Ask) -> None:
    chance = random.Random(5)
    places = sorted({(chance.randrange(30), chance.randrange(20)) for _ in range(200)})
    steps = 12
    counts = [chance.choice([0, 0, 0, 1, 2, 9]) for _ in range(len(places) * steps)]
    given = {
        "x": [x for x, _ in places],
        "y": [y for _, y in places],
        "counts": counts,
        "steps": steps,
        "side": 100,
    }
    script = """
      const density = m.smooth(given);
      const highest = (length) => Math.max(...Array.from({ length: given.steps - length + 1 }, (_, from) => Math.max(...density.window(from, from + length))));
      return [1, 2, 5, 12].map((length) => [density.peak(length), highest(length), Math.max(...density.window(0, length))]);
    """
    found = ask("layers/density.js", script, given)
    for peak, highest, _ in found:
        assert peak == pytest.approx(highest, rel=1e-5)
    # Not that of the first window only.
    assert any(peak > first * 1.01 for peak, _, first in found)


def test_the_heat_has_the_colour_of_the_class_that_the_legend_names(ask: Ask) -> None:
    script = """
      const canvas = Object.assign(document.createElement("canvas"), { width: 300, height: 300 });
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const [side, scale] = [100, 0.03];
      const view = { context, width: 300, height: 300, scale, toPixel: ([x, y]) => [x * scale, y * scale], inPixels: () => {} };
      const grid = { left: 0, bottom: -10, width: 10, height: 10 };
      const scene = { grid, side, origin: [0, 0], breaks: [1, 2], colours: ["#102030", "#a0b0c0"], colour: (name) => name };
      return given.map((value) => {
        context.clearRect(0, 0, 300, 300);
        m.paintHeat(view, { ...scene, image: document.createElement("canvas"), field: new Float32Array(100).fill(value) });
        return [...context.getImageData(150, 150, 1, 1).data];
      });
    """
    none, low, high = [0, 0, 0, 0], [16, 32, 48, 255], [160, 176, 192, 255]
    assert ask("layers/heat.js", script, [0, 0.999, 1, 1.999, 2, 9]) == [
        none,
        none,
        low,
        low,
        high,
        high,
    ]


def test_the_cube_is_unpacked_and_any_window_is_the_sum_of_its_steps(ask: Ask) -> None:
    script = f"""{CUBE}
      return {{
        bin: [cube.arrays.bin_x[0], cube.arrays.bin_y[0]], cells: [...cube.cellsIn(1, 3)], open: [...cube.openIn(2, 4)],
        none: [...cube.cellsIn(2, 2)], rhythm: cube.rhythmIn(1, 4)[0], total: cube.totalIn(0, 4),
        often: [...cube.oftenIn(1)].slice(0, 4), days: [cube.daysIn(0, 2), cube.daysIn(2, 4)],
      }};"""
    found = ask("console/command/cube.js", script, packed())
    assert found == {
        "bin": [-7, 34_000], "cells": [17, 30, 0], "open": [5, 15, 1], "none": [0, 0, 0], "rhythm": 3, "total": 58,
        "often": [5, 2, 0, 1], "days": [14, 9.5],
    }  # fmt: skip


def test_cells_are_compared_with_the_whole_and_with_the_period_before(ask: Ask) -> None:
    script = f"""{CUBE}
      const measures = await import("/static/console/command/measures.js");
      const found = measures.figures(cube, [2, 3]);
      const said = ["count", "rate", "open", "change"].map((name) => measures.measured(name, cube, found));
      return said.map(({{ values, uncertain }}) => [[...values].map((value) => (Number.isNaN(value) ? "too few" : value)), [...uncertain]]);
    """
    count, rate, is_open, change = ask("console/command/cube.js", script, packed())
    assert count == [[8, 30, 0], [0, 0, 0]]
    # 38 cases of 1,100 people: 34.5 in a thousand; both differ from it by more than chance.
    assert rate == [[8, 300, "too few"], [0, 0, 0]]
    # 17 of 38 are open: 2 of 8 and 15 of 30 may be chance.
    assert is_open == [[0.25, 0.5, "too few"], [1, 1, 0]]
    # From 9 to 8 is nothing; from 0 to 30 is.
    assert change[0][0] == pytest.approx(8 / 9)
    assert change == [[change[0][0], float("inf"), "too few"], [1, 0, 0]]


def test_without_a_period_before_nothing_is_compared(ask: Ask) -> None:
    script = f"""{CUBE}
      const measures = await import("/static/console/command/measures.js");
      return [...measures.measured("change", cube, measures.figures(cube, [0, 3])).values].every(Number.isNaN);
    """
    assert ask("console/command/cube.js", script, packed()) is True


def test_the_address_keeps_what_is_not_as_usual(ask: Ask) -> None:
    addresses = [
        "",
        "topic=noise&topic=water&step=day&view=cells&measure=rate&from=2026-06-01",
        "area=12&conflict=JYG-R1&wall=",
    ]
    assert (
        ask(
            "console/command/address.js",
            "return given.map((one) => m.write(m.read(one)));",
            addresses,
        )
        == addresses
    )
    script = "return m.cubeQuery(m.read(given));"
    assert (
        ask("console/command/address.js", script, "view=cells&topic=b&topic=a&area=1")
        == "area=1&topic=a&topic=b&step=week"
    )


def test_the_window_of_an_address_is_the_steps_it_touches(ask: Ask) -> None:
    script = """
      const cube = { starts: given, until: "2026-07-20" };
      return [["", ""], ["2026-07-08", ""], ["", "2026-07-07"], ["2026-06-29", "2026-07-06"], ["2030-01-01", ""]]
        .map(([from, to]) => m.windowOf(cube, { from, to }))
        .concat([[0, 4], [1, 3]].map((window) => Object.values(m.datesOf(cube, window))));
    """
    assert ask("console/command/address.js", script, STARTS) == [
        [0, 4], [2, 4], [0, 3], [1, 2], [0, 4], ["", ""], ["2026-06-29", "2026-07-13"],
    ]  # fmt: skip


def test_a_window_is_moved_with_its_length_and_resized_but_never_empty(ask: Ask) -> None:
    script = """return [
      m.moved([2, 5], 1, 10), m.moved([2, 5], Infinity, 10), m.moved([2, 5], -Infinity, 10),
      m.resized([2, 5], "start", 9, 10), m.resized([2, 5], "end", -9, 10), m.resized([2, 5], "end", Infinity, 10)];"""
    assert ask("console/command/strip.js", script) == [
        [3, 6], [7, 10], [0, 3], [4, 5], [2, 3], [2, 10],
    ]  # fmt: skip


def test_a_window_is_told_by_its_length_or_by_its_days_but_not_beyond_today(ask: Ask) -> None:
    script = """
      const cube = { steps: 3, step: "week", edges: ["2026-07-06", "2026-07-13", "2026-07-20", "2026-07-27"], now: "2026-07-22T09:00:00+08:00" };
      const words = m.wording({ last_week: "last {n}" }, given);
      return [words.period(cube, [1, 3]), words.period({ ...cube, merged: true }, [0, 3]), words.period(cube, [0, 1]),
        words.share(5, 8), words.share(13, 40), words.amount(3.44), words.amount(1234.5), words.edge(0.005)];
    """
    assert ask("console/command/wording.js", script, "zh-hans") == [
        "last 2", "7月6日—22日", "7月6日—12日", "5 / 8", "32.5%", "3.4", "1,235", "0.005",
    ]  # fmt: skip
    assert ask("console/command/wording.js", script, "en")[1] == "6–22 Jul"


def test_a_period_of_another_year_says_it_once(ask: Ask) -> None:
    script = """
      const told = (last) => m.wording({}, "zh-hans").span({ edges: ["2025-08-25", last], now: "2026-07-22T09:00:00+08:00" }, [0, 1]);
      return ["2025-09-01", "2025-11-10", "2026-02-02"].map(told);
    """
    assert ask("console/command/wording.js", script) == [
        "2025年8月25日—31日", "2025年8月25日—11月9日", "2025年8月25日—2026年2月1日",
    ]  # fmt: skip


def test_what_may_not_be_told_is_not_told_as_nothing(ask: Ask) -> None:
    script = """
      const words = m.wording({ window: "{n}", window_partly: "{n} told", window_untold: "not told" }, "en");
      const told = (...untold) => words.counted({ cells: untold.map((one) => ({ untold: one })), totalIn: () => 11 }, [0, 1], "Q3");
      return [told(false), told(false, true), told(true, true)];
    """
    assert ask("console/command/wording.js", script) == ["11", "11 told", "not told"]
    script = """
      const cube = { merged: given, cells: [{ residents: 1000 }] };
      return m.told(cube, { counts: [9], open: [0], before: null, days: {} }, 0).share !== null;
    """
    assert [ask("console/command/measures.js", script, merged) for merged in (False, True)] == [
        True,
        False,
    ]


def test_a_period_without_a_case_is_told_as_that_and_not_as_a_share_of_nothing(ask: Ask) -> None:
    script = """
      const words = { say: (key) => key, edge: String, edgePercent: String, percent: String };
      const cube = { totalIn: () => 0, cells: [] };
      const shown = { cube, known: new Map(), found: { whole: {} }, view: "cells", window: [0, 1] };
      return ["open", "change"].map((measure) => m.sceneOf({ ...shown, measure }, words).legend.note);
    """
    assert ask("console/command/scene.js", script) == ["nothing_note", "no_before"]


def test_no_disc_lies_on_another_and_most_stay_where_they_are(ask: Ask) -> None:
    chance = np.random.default_rng(5)
    crowds = [chance.uniform(0, width, (10, 2)).tolist() for width in (1, 60, 200, 900)]
    for middles, found in zip(
        crowds, ask("layers/outlines.js", "return given.map(m.apart);", crowds), strict=True
    ):
        at = np.array(found)
        distances = np.hypot(*(at[:, None] - at).transpose(2, 0, 1))[np.triu_indices(10, 1)]
        assert distances.min() >= 22
        assert found[0] == middles[0]
    spread = [[100.0 * n, 0.0] for n in range(10)]
    assert ask("layers/outlines.js", "return m.apart(given);", spread) == spread


def test_a_cell_leads_to_the_list_of_the_cases_that_it_counts(ask: Ask) -> None:
    script = "return m.casesQuery({ filters: [['area', 'X'], ['topic', 'wages'], ['urgency', 'urgent']] }, 'C1', given, [1, 3]);"
    assert ask("console/command/address.js", script, [*STARTS, "2026-07-20"]) == (
        "tab=any&cell=C1&counted=yes&topic=wages&urgency=urgent&happened_from=2026-06-29&happened_to=2026-07-12"
    )


def test_what_was_not_there_before_is_told_as_that(ask: Ask) -> None:
    script = """
      const words = { say: (key, values) => [key, values], number: String, amount: String, share: String, percent: String };
      const change = { value: Infinity, interval: [1.5, Infinity] };
      return m.linesOf({ name: 'A' }, { count: 4, open: 0, before: 0, residents: 0, rate: null, share: null, change }, words).at(-1);
    """
    assert ask("console/command/telling.js", script) == ["none_before", {"low": "1.5"}]


def test_bins_come_out_of_their_bytes_as_they_went_in(ask: Ask) -> None:
    draw = random.Random(5)
    found = [dict.fromkeys(range(4096), 1), {4095: 70_000}]
    for most in (1, 3, 40, 9_000):
        bins = sorted(draw.sample(range(4096), draw.choice((1, 30, 700))))
        found.append({one: draw.randint(1, most) for one in bins})
    bodies = [
        packed_bins(np.array([*one.keys()]), np.array([*one.values()])).hex() for one in found
    ]
    script = """
      const read = (hex) => m.unpack(Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16)).buffer);
      const ends = (hex) => { try { read(hex); return false; } catch (error) { return error instanceof RangeError; } };
      const whole = given.map(read).map(({ bins, counts }) => [[...bins], [...counts]]);
      return [whole, given.map((hex) => ends(hex.slice(0, -2)))];
    """
    read, is_told = ask("layers/bins.js", script, bodies)
    assert read == [[[*one.keys()], [*one.values()]] for one in found]
    assert all(is_told)


SQUARES = """
  await import("/static/leaflet/leaflet.js");
  const element = document.body.appendChild(document.createElement("div"));
  element.style.cssText = "position: fixed; left: 0; top: 0; width: 600px; height: 500px";
  const map = L.map(element, { center: [39.8, 98.3], zoom: 13, zoomAnimation: false, fadeAnimation: false });
  map.createPane("squares");
  const layer = m.squares({ map, pane: "squares", colour: (name) => ({ h1: "#102030", h2: "#a0b0c0", h5: "#804020" })[name] });
  const drawn = () => new Promise((done) => layer.on("painted", () => layer.count() === null || done()));
  const asked = [];
  const source = (counts, isThere = true) => ({
    async tile(place) { asked.push(place); if (!isThere) throw new Error("503"); return { bins: [0, 65, 4095], counts }; },
    breaks: async () => [2, 4],
  });
  const pixels = () => [[3, 3], [11, 11], [507, 507], [15, 11], [19, 11]]
    .map(([x, y]) => [...element.querySelector("canvas").getContext("2d").getImageData(x, y, 1, 1).data]);
"""


def test_squares_have_the_colour_of_their_class_and_a_line_around_them(ask: Ask) -> None:
    script = f"""{SQUARES}
      const whole = drawn();
      await layer.show(source([1, 3, 9]));
      await whole;
      const tiles = element.querySelectorAll("canvas").length;
      return {{ pixels: pixels(), zooms: [...new Set(asked.map((one) => one.z))], isOneEach: tiles === asked.length, count: layer.count() > 0,
        side: m.sideOf(12, 39.8), zoomsOf: [9, 11, 13, 15, 20].map(m.zoomOfTiles) }};"""
    found = ask("layers/squares.js", script)
    none, low, high = [0, 0, 0, 0], [16, 32, 48, 255], [160, 176, 192, 255]
    *squares, line, ground = found["pixels"]
    assert (squares, ground) == ([none, low, high], none)
    assert 0 < line[3] < 255
    assert (found["zooms"], found["isOneEach"], found["count"]) == ([12], True, True)
    assert found["side"] == pytest.approx(117.5, abs=0.2)
    assert found["zoomsOf"] == [10, 10, 12, 14, 14]


def test_the_old_squares_stay_until_all_of_the_next_are_there(ask: Ask) -> None:
    script = f"""{SQUARES}
      const whole = drawn();
      await layer.show(source([3, 3, 3]));
      await whole;
      const told = [pixels()[1]];
      told.push(await layer.show(source([9, 9, 9], false)).catch(({{ message }}) => message), pixels()[1]);
      const [overtaken, last] = await Promise.all([layer.show(source([9, 9, 9])), layer.show(source([9, 9, 9]))]);
      told.push(overtaken, last, pixels()[1]);
      await layer.show(null);
      return [...told, element.querySelectorAll("canvas").length];"""
    low, high = [16, 32, 48, 255], [160, 176, 192, 255]
    assert ask("layers/squares.js", script) == [low, "503", low, False, True, high, 0]


def test_what_is_seen_is_counted_and_nothing_while_some_is_missing(ask: Ask) -> None:
    script = f"""{SQUARES}
      const failed = new Promise((done) => layer.on("tileerror", done));
      const broken = source([1, 1, 1]);
      const {{ tile }} = broken;
      let fails = 1;
      broken.tile = (place) => (fails-- > 0 ? Promise.reject(new Error("503")) : tile(place));
      await layer.show(broken);
      await failed;
      const missing = layer.count();
      await layer.retry();
      const count = layer.count();
      return [missing, count > 0];"""
    assert ask("layers/squares.js", script) == [None, True]
