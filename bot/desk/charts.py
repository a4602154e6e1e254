"""The picture of a report, made for a phone: headline numbers, messages, tickets, and the backlog by age.

Called by the handler of ``/report`` off the event loop (drawing takes some tenths of a second). matplotlib is only
imported when the first picture is drawn.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from bot.desk.report_texts import AGE_WORDS, NOTHING, PERIOD_WORDS, dates, length, share
from bot.desk.reporting import PeriodKind, Report, Spread
from bot.texts import Translator

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

WIDTH, HEIGHT, DPI = 1080, 1560, 100
MARGIN = 40

PAPER, CARD, LINE = "#EEF1F5", "#FFFFFF", "#E3E8EF"
INK, MUTED = "#17202E", "#66738A"
HEARD, SAID, OPENED, SOLVED = "#2F6BDE", "#9CC2FF", "#F28C28", "#1FA36B"
AGE_COLOURS = ("#9CC2FF", "#F5C518", "#F28C28", "#D64545")

_drawing = Lock()  # matplotlib's caches are not made for two threads, and two pictures at once cost memory


def draw(t: Translator, report: Report) -> bytes:
    """Return the report as a PNG of ``WIDTH`` × ``HEIGHT`` pixels, with every word in ``t``'s language."""
    with _drawing:
        picture = BytesIO()
        compose(t, report).savefig(picture, format="png")
        return picture.getvalue()


def compose(t: Translator, report: Report) -> "Figure":
    """Lay the picture out."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - some 40 MB and a second, so on first use only

    figure = Figure(figsize=(WIDTH / DPI, HEIGHT / DPI), dpi=DPI, facecolor=PAPER)
    sheet = Sheet(figure)
    _head(sheet, t, report)
    _tiles(sheet, t, report)
    _messages(sheet, t, report)
    _tickets(sheet, t, report)
    _backlog(sheet, t, report)
    return figure


@lru_cache
def font_path() -> Path:
    """Return the font that has both Latin and Chinese letters: read from the package that ships it, not imported."""
    spec = find_spec("zhplot")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package zhplot, whose font the pictures need, is not installed")
    return Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf"


class Sheet:
    """A figure that is drawn on in pixels from its top left corner."""

    def __init__(self, figure: "Figure") -> None:
        self.figure = figure
        self.axes = figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, WIDTH)
        self.axes.set_ylim(HEIGHT, 0)
        self.axes.set_axis_off()

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str = INK,
        align: str = "left",
        room: float | None = None,
    ) -> None:
        """Write a line whose baseline is at ``y``; ``size`` is in pixels, less where the text has less ``room``."""
        if room is not None:
            size *= min(1, room / max(width_of(text, size), 1))
        self.axes.text(x, y, plain(text), color=colour, ha=align, va="baseline", fontproperties=font(size))

    def box(self, x: float, y: float, width: float, height: float, colour: str = CARD, radius: float = 18) -> None:
        from matplotlib.patches import FancyBboxPatch  # noqa: PLC0415 - on first use only, see compose

        inner = (x + radius, y + radius), width - 2 * radius, height - 2 * radius
        self.axes.add_patch(
            FancyBboxPatch(*inner, boxstyle=f"round,pad={radius},rounding_size={radius}", facecolor=colour, linewidth=0)
        )

    def plot(self, x: float, y: float, width: float, height: float) -> "Axes":
        """Return axes for a plot inside this rectangle."""
        axes = self.figure.add_axes((x / WIDTH, 1 - (y + height) / HEIGHT, width / WIDTH, height / HEIGHT))
        axes.set_facecolor(CARD)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(LINE)
        axes.grid(axis="y", color=LINE, linewidth=1)
        axes.set_axisbelow(True)
        axes.tick_params(length=0, colors=MUTED, pad=8)
        return axes


def font(pixels: float) -> "FontProperties":
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - on first use only, see compose

    return FontProperties(fname=str(font_path()), size=pixels * 72 / DPI)


def plain(text: str) -> str:
    """Return the text so that matplotlib reads no formulas in it."""
    return text.replace("$", r"\$")


def _head(sheet: Sheet, t: Translator, report: Report) -> None:
    sheet.text(MARGIN, 92, t(PERIOD_WORDS[report.period.kind]), 56)
    sheet.text(MARGIN, 138, dates(t, report.period), 30, MUTED)
    made_at = t.moment(report.made_at, report.period.zone, "HH:mm")
    sheet.text(WIDTH - MARGIN, 92, made_at, 34, MUTED, "right")
    sheet.text(WIDTH - MARGIN, 138, report.period.zone.key, 26, MUTED, "right")


def _tiles(sheet: Sheet, t: Translator, report: Report) -> None:
    talks = report.conversations
    answered = t("{part} of {whole} conversations", part=count(talks.answered), whole=count(talks.involved))
    reopened = t("{n} reopened · {rate}", n=report.reopened, rate=share(report.reopened, report.unique_solved))
    tiles = [
        (t("Conversations"), count(talks.begun), t("new customers: {n}", n=count(report.new_customers))),
        (t("Tickets opened"), count(sum(report.opened)), t("{n} unsolved now", n=count(sum(report.backlog)))),
        (t("Tickets solved"), count(report.unique_solved), reopened),
        (t("Answered by the bot"), share(talks.answered, talks.involved), answered),
        (t("First reply (median)"), *_wait(t, report.first_response)),
        (t("Solved in (median)"), *_wait(t, report.resolution)),
    ]
    gap, height = 20, 178
    width = (WIDTH - 2 * MARGIN - 2 * gap) / 3
    for place, (label, value, below) in enumerate(tiles):
        x, y = MARGIN + place % 3 * (width + gap), 172 + place // 3 * (height + gap)
        sheet.box(x, y, width, height)
        sheet.text(x + 24, y + 46, label, 27, MUTED, room=width - 48)
        sheet.text(x + 24, y + 112, value, 54, room=width - 48)
        sheet.text(x + 24, y + 154, below, 24, MUTED, room=width - 48)


def count(n: int) -> str:
    return f"{n:,}"


def _wait(t: Translator, spread: Spread) -> tuple[str, str]:
    if spread.median is None or spread.p90 is None:
        return NOTHING, t("none in this period")
    return length(t, spread.median), t("9 in 10: {p90} · n {n}", p90=length(t, spread.p90), n=count(spread.n))


def _messages(sheet: Sheet, t: Translator, report: Report) -> None:
    series = [
        (t("from customers {n}", n=count(sum(report.heard))), report.heard, HEARD),
        (t("to customers {n}", n=count(sum(report.said))), report.said, SAID),
    ]
    title = t("Messages a day") if report.period.kind is PeriodKind.WEEK else t("Messages an hour")
    _bars(sheet, 568, 420, title, series, t, report)


def _tickets(sheet: Sheet, t: Translator, report: Report) -> None:
    series = [
        (t("opened {n}", n=count(sum(report.opened))), report.opened, OPENED),
        (t("solved {n}", n=count(report.unique_solved)), report.solved, SOLVED),
    ]
    _bars(sheet, 1008, 340, t("Tickets"), series, t, report)


def _bars(
    sheet: Sheet,
    y: float,
    height: float,
    title: str,
    series: Sequence[tuple[str, Sequence[int], str]],
    t: Translator,
    report: Report,
) -> None:
    """Draw pairs of bars for each slot of the period, on a card of their own."""
    sheet.box(MARGIN, y, WIDTH - 2 * MARGIN, height)
    sheet.text(MARGIN + 24, y + 50, title, 30)
    _legend(sheet, y + 50, [(label, colour) for label, _, colour in series])
    axes = sheet.plot(MARGIN + 76, y + 84, WIDTH - 2 * MARGIN - 100, height - 140)
    slots = range(len(report.period.slots))
    for side, (_, numbers, colour) in enumerate(series):
        axes.bar([slot + (side - 0.5) * 0.42 for slot in slots], numbers, width=0.4, color=colour)
    _axes_of_slots(axes, t, report)
    top = max(max(numbers) for _, numbers, _ in series)
    if top == 0:
        axes.set_yticks([])
        axes.text(
            len(slots) / 2 - 0.5, 0.5, t("none in this period"), color=MUTED, ha="center", fontproperties=font(28)
        )
    axes.set_ylim(0, max(top * 1.08, 1))


def _axes_of_slots(axes: "Axes", t: Translator, report: Report) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - on first use only, see compose

    period = report.period
    is_week = period.kind is PeriodKind.WEEK
    form, every = (t("EEE d"), 1) if is_week else ("HH", 3)
    places = range(0, len(period.slots), every)
    axes.set_xticks(list(places), [t.moment(period.slots[place].start, period.zone, form) for place in places])
    axes.set_xlim(-0.6, len(period.slots) - 0.4)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        label.set_fontproperties(font(24))


def _legend(sheet: Sheet, y: float, entries: Iterable[tuple[str, str]]) -> None:
    """Write the series' names from the right edge inwards, each behind a mark of its colour."""
    x: float = WIDTH - MARGIN - 24
    for label, colour in reversed(list(entries)):
        x -= width_of(label, 26)
        sheet.text(x, y, label, 26, MUTED)
        sheet.box(x - 32, y - 19, 22, 22, colour, radius=5)
        x -= 60


def width_of(text: str, pixels: float) -> float:
    """Return how wide a text is, in pixels."""
    from matplotlib.textpath import TextPath  # noqa: PLC0415 - on first use only, see compose

    return float(TextPath((0, 0), plain(text), size=pixels, prop=font(pixels)).get_extents().width)


def _backlog(sheet: Sheet, t: Translator, report: Report) -> None:
    """Draw what is unsolved now as one bar, cut by age."""
    y, width = 1368, WIDTH - 2 * MARGIN - 48
    sheet.box(MARGIN, y, WIDTH - 2 * MARGIN, 152)
    sheet.text(MARGIN + 24, y + 48, t("Unsolved now: {n}", n=count(sum(report.backlog))), 30)
    sheet.box(MARGIN + 24, y + 70, width, 22, LINE, radius=8)
    x: float = MARGIN + 24
    for part, colour in zip(_parts(report.backlog, width), AGE_COLOURS, strict=True):
        if part:
            sheet.box(x, y + 70, part, 22, colour, radius=8)
            x += part
    for place, (word, number, colour) in enumerate(zip(AGE_WORDS, report.backlog, AGE_COLOURS, strict=True)):
        left = MARGIN + 24 + place * width / 4
        sheet.box(left, y + 112, 20, 20, colour, radius=5)
        sheet.text(left + 30, y + 130, f"{t(word)}: {count(number)}", 24, MUTED, room=width / 4 - 40)


def _parts(numbers: Sequence[int], width: float) -> list[float]:
    """Share a width out by numbers, with enough for the smallest to be seen."""
    total = sum(numbers)
    wished = [max(width * number / total, 18) if number else 0.0 for number in numbers]
    return [wish * width / sum(wished) if total else 0.0 for wish in wished]
