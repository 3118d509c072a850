"""Sheets of A4 that are filled from above: lines, tables, pictures; the font comes along."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.resources import files

from fpdf import FPDF
from fpdf.drawing import PaintedPath
from fpdf.enums import PathPaintRule

from layers.map_picture import COLOURS, DASHES, DISC, Picture, Shape, Words

FONT = "sans"
# Points, as all lengths here.
WIDTH, HEIGHT, MARGIN = 595.0, 842.0, 40.0
INNER = WIDTH - 2 * MARGIN
HEAD, TEXT, SMALL = 11.5, 8.5, 7.2
LEADING, PADDING, GAP = 1.42, 2.2, 14.0
# Room on both sides of words in a cell.
EDGE = 1.5
# The font has one weight: what is to be seen first is drawn with an outline, of its size so many times as wide.
STROKE = 0.03
INK, GREY, HAIR = 0, 80, 175


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, its part of the width, on which side its words stand; small, all of its lines
    are as those that follow the first elsewhere."""

    head: str
    share: float
    align: str = "L"
    is_bold: bool = False
    is_small: bool = False


# Several lines of a cell; all but the first are smaller.
Cell = Sequence[str]


class Paper:
    """One document; `y` is how far it is filled."""

    def __init__(self, title: str, language: str) -> None:
        self.pdf = FPDF(format="A4", unit="pt")
        self.pdf.add_font(FONT, fname=str(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf"))
        self.pdf.set_title(title)
        self.pdf.set_lang(language)
        # Cells place themselves; what does not fit is asked about before.
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.set_margin(0)
        self.pdf.c_margin = EDGE
        self.new_sheet()

    def new_sheet(self) -> None:
        self.pdf.add_page()
        self.y = MARGIN

    def make_room(self, height: float) -> bool:
        """Whether a new sheet had to be taken."""
        if self.y + height <= HEIGHT - MARGIN:
            return False
        self.new_sheet()
        return True

    def write(
        self, text: str, size: float = TEXT, *, x: float = MARGIN, width: float = INNER,
        align: str = "L", grey: int = INK, is_bold: bool = False,
    ) -> None:  # fmt: skip
        """As many lines as the words need, at the place that is reached."""
        for line in self.lines(text, size, width):
            with self._type(size, grey, is_bold=is_bold):
                self.pdf.set_xy(x, self.y)
                self.pdf.cell(width, size * LEADING, line, align=align)
            self.y += size * LEADING

    def lines(self, text: str, size: float, width: float) -> list[str]:
        """None begins with the dot between two parts of a name."""
        self.pdf.set_font(FONT, size=size)
        bound = text.replace(" · ", "\N{NO-BREAK SPACE}· ")
        # A cell has a little room inside its edges.
        found = self.pdf.multi_cell(width, text=bound, dry_run=True, output="LINES", align="L")
        return list(found)  # type: ignore[arg-type]

    @contextmanager
    def _type(self, size: float, grey: int, *, is_bold: bool) -> Iterator[None]:
        self.pdf.set_font(FONT, size=size)
        self.pdf.set_text_color(grey)
        if not is_bold:
            yield
            return
        with self.pdf.local_context(
            text_mode="FILL_STROKE", line_width=STROKE * size, draw_color=grey
        ):
            yield

    def head(self, text: str, note: str = "", *, x: float = MARGIN, width: float = INNER) -> None:
        """The title of a part, with what its numbers are about in smaller type below."""
        self.write(text, HEAD, x=x, width=width, is_bold=True)
        if note:
            self.write(note, SMALL, x=x, width=width, grey=GREY)
        self.y += 2

    def rule(
        self, width: float = 0.4, grey: int = HAIR, *, x: float = MARGIN, length: float = INNER
    ) -> None:
        self.pdf.set_draw_color(grey)
        self.pdf.set_line_width(width)
        self.pdf.line(x, self.y, x + length, self.y)

    def beside(self, *parts: Callable[[float, float], None]) -> None:
        """Parts next to each other; each is given where it begins and how wide it is."""
        top, width = self.y, self.part(len(parts))
        ends = []
        for number, part in enumerate(parts):
            self.y = top
            part(MARGIN + number * (width + GAP), width)
            ends.append(self.y)
        self.y = max(ends)

    @staticmethod
    def part(of: int) -> float:
        """The width of each of so many parts next to each other."""
        return (INNER - GAP * (of - 1)) / of

    def tall(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], size: float, *, width: float
    ) -> float:  # fmt: skip
        """The height of a table."""
        small = min(size, SMALL)
        heads = self._height(columns, [[column.head] for column in columns], small, width)
        return heads + sum(self._height(columns, row, size, width) for row in rows)

    def table(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *,
        size: float = TEXT, x: float = MARGIN, width: float = INNER,
    ) -> None:  # fmt: skip
        """Head and rows; the head again on each new sheet."""
        draw = partial(self._row, columns, x=x, width=width)
        heads = [[column.head] for column in columns]
        small = min(size, SMALL)
        draw(heads, small, grey=GREY)
        for row in rows:
            if self.make_room(self._height(columns, row, size, width)):
                draw(heads, small, grey=GREY)
            draw(row, size)

    def _row(
        self, columns: Sequence[Column], row: Sequence[Cell], size: float, *,
        x: float, width: float, grey: int = INK,
    ) -> None:  # fmt: skip
        top, at, ends = self.y, x, []
        for column, cell in zip(columns, row, strict=True):
            self.y, wide = top + PADDING / 2, column.share * width
            for number, (text, tall) in enumerate(_sized(column, cell, size)):
                is_first = number == 0
                self.write(
                    text, tall, x=at, width=wide, align=column.align,
                    grey=grey if is_first or column.is_small else GREY,
                    is_bold=column.is_bold and is_first and not grey,
                )  # fmt: skip
            at += wide
            ends.append(self.y)
        self.y = max(ends) + PADDING / 2
        self.rule(x=x, length=width)

    def _height(
        self, columns: Sequence[Column], row: Sequence[Cell], size: float, width: float
    ) -> float:
        heights = [
            sum(
                len(self.lines(text, tall, column.share * width)) * tall * LEADING
                for text, tall in _sized(column, cell, size)
            )
            for column, cell in zip(columns, row, strict=True)
        ]
        return max(heights) + PADDING

    def picture(self, picture: Picture) -> None:
        """As wide as the sheet, in lines and areas."""
        scale = INNER / picture.width
        height = picture.height * scale
        self.make_room(height)
        with self.pdf.rect_clip(MARGIN, self.y, INNER, height):
            for shape in picture.shapes:
                self._shape(shape, scale)
            for words in picture.words:
                self._words(words, scale)
        self.y += height + 4

    def _shape(self, shape: Shape, scale: float) -> None:
        path = PaintedPath()
        for ring in shape.rings:
            points = (ring * scale + [MARGIN, self.y]).tolist()
            path.move_to(*points[0])
            for point in points[1:]:
                path.line_to(*point)
            if shape.fill:
                path.close()
        path.style.auto_close = False
        path.style.fill_color = shape.fill or None
        path.style.stroke_color = shape.stroke or None
        path.style.stroke_width = shape.width * scale
        if shape.is_dashed:
            path.style.stroke_dash_pattern = [part * scale for part in DASHES]
        path.style.paint_rule = _rule_of(shape)
        with self.pdf.drawing_context() as drawing:
            drawing.add_item(path)

    def _words(self, words: Words, scale: float) -> None:
        x, y, size = MARGIN + words.x * scale, self.y + words.y * scale, words.size * scale
        if words.is_disc:
            self._disc(x, y, DISC * scale, is_dashed=words.is_dashed)
        self.pdf.set_font(FONT, size=size)
        self.pdf.set_text_color(255 if words.is_disc and not words.is_dashed else 30)
        self.pdf.text(x - self.pdf.get_string_width(words.text) / 2, y + size * 0.36, words.text)

    def _disc(self, x: float, y: float, radius: float, *, is_dashed: bool) -> None:
        self.pdf.set_draw_color(COLOURS["f-i"])
        self.pdf.set_fill_color(COLOURS["f-on"] if is_dashed else COLOURS["f-i"])
        self.pdf.set_line_width(1)
        if is_dashed:
            self.pdf.set_dash_pattern(dash=2.2, gap=1.5)
        self.pdf.circle(x, y, radius, style="DF")
        self.pdf.set_dash_pattern()

    def swatches(self, rows: Sequence[tuple[str, str]], label: str) -> None:
        """The colours of a legend with their words, in one line."""
        x, top = MARGIN, self.y
        self.write(label, SMALL, x=x, width=60, is_bold=True)
        x += 34
        for colour, words in rows:
            self.pdf.set_fill_color(colour)
            self.pdf.set_draw_color(HAIR)
            self.pdf.set_line_width(0.4)
            self.pdf.rect(x, top + 1, 13, 8, style="DF")
            self.y = top
            self.write(words, SMALL, x=x + 15, width=50)
            x += 62
        self.y = top + SMALL * LEADING

    def as_bytes(self) -> bytes:
        return bytes(self.pdf.output())


def _sized(column: Column, cell: Cell, size: float) -> Iterator[tuple[str, float]]:
    """The lines of a cell with their sizes; without words there is one empty line."""
    for number, text in enumerate(cell or [""]):
        yield text, SMALL if number or column.is_small else size


def _rule_of(shape: Shape) -> PathPaintRule:
    if not shape.fill:
        return PathPaintRule.STROKE
    return PathPaintRule.STROKE_FILL_EVENODD if shape.stroke else PathPaintRule.FILL_EVENODD
