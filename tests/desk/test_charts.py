"""The picture of a report: every letter has a glyph, every line its room, and matplotlib stays away until needed."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.ft2font import FT2Font

from bot.crm.reports import Conversations
from bot.desk import charts
from bot.desk.charts import HEIGHT, WIDTH, compose, draw, font_path
from bot.desk.reporting import PeriodKind, Report, Spread, period_of
from bot.texts import LANGUAGES, translator
from tests.factories import NOW


def report(kind: PeriodKind = PeriodKind.TODAY, times: int = 1, zone: str = "Asia/Shanghai") -> Report:
    """A lively report, its numbers multiplied by ``times``; 0 gives one of a period without anything."""
    period = period_of(kind, NOW, ZoneInfo(zone))
    slots = range(len(period.slots))
    wait = timedelta(hours=22, minutes=48)
    spread = Spread(48 * times, wait, wait + timedelta(days=20)) if times else Spread(0, None, None)
    return Report(
        period=period,
        made_at=NOW,
        new_customers=7 * times,
        heard=tuple((slot * 7) % 12 * times for slot in slots),
        said=tuple((slot * 5) % 17 * times for slot in slots),
        opened=tuple(slot % 3 * times for slot in slots),
        solved=tuple(slot % 2 * times for slot in slots),
        unique_solved=11 * times,
        reopened=times,
        backlog=(5 * times, 3 * times, 0, 1 if times else 0),
        conversations=Conversations(48 * times, 44 * times, 31 * times, 9 * times),
        first_response=spread,
        next_response=spread,
        resolution=spread,
    )


REPORTS = [
    report(),
    report(PeriodKind.YESTERDAY, 0),
    report(PeriodKind.WEEK),
    report(PeriodKind.WEEK, 100, "America/Argentina/ComodRivadavia"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("shown", REPORTS, ids=["today", "nothing", "week", "much"])
def test_every_line_has_its_room_and_overlaps_no_other(shown: Report, language: str) -> None:
    figure = compose(translator(language), shown)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    sheet, *plots = figure.axes
    texts = [*sheet.texts, *(text for plot in plots for text in [*plot.texts, *plot.get_xticklabels()])]
    texts += [text for plot in plots for text in plot.get_yticklabels() if text.get_position()[1] <= plot.get_ylim()[1]]
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in texts]
    assert len(boxes) > 30
    for box in boxes:
        assert 30 < box.x0 < box.x1 < WIDTH - 30
        assert 0 < box.y0 < box.y1 < HEIGHT
    for one, other in combinations(boxes, 2):
        assert one.x1 <= other.x0 or other.x1 <= one.x0 or one.y1 <= other.y0 or other.y1 <= one.y0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_is_a_png_of_a_phones_width_without_a_missing_glyph(language: str) -> None:
    picture = draw(
        translator(language), replace(report(), made_at=NOW)
    )  # a missing glyph warns, and warnings are errors
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")) == (WIDTH, HEIGHT)


def test_a_letter_that_the_font_lacks_would_be_noticed() -> None:
    strange = replace(report(), period=replace(report().period, zone=ZoneInfo("UTC")))
    figure = compose(translator("zh"), strange)
    charts.Sheet(figure).text(50, 50, "\U00013000", 30)  # an Egyptian hieroglyph
    with pytest.warns(UserWarning, match="missing from font"):
        FigureCanvasAgg(figure).draw()


def test_the_font_has_latin_and_chinese_letters() -> None:
    letters = FT2Font(str(font_path())).get_charmap()
    assert all(ord(letter) in letters for letter in "Report·–≤客服工单，：（）1%")


def test_dollar_signs_are_no_formulas() -> None:
    assert charts.plain("$a$") == r"\$a\$"


def test_matplotlib_is_imported_by_the_first_picture_only_and_the_fonts_package_never() -> None:
    script = """
import sys
import bot.desk.charts
assert "matplotlib" not in sys.modules
from bot.desk.reporting import *
from bot.desk.charts import draw
from bot.texts import translator
from bot.crm.reports import Conversations
from datetime import datetime, UTC
none = Spread(0, None, None)
period = period_of(PeriodKind.WEEK, datetime(2026, 3, 2, tzinfo=UTC), ZoneInfo("UTC"))
zeros = (0,) * 7
draw(translator("zh"), Report(period, period.slots[0].start, 0, zeros, zeros, zeros, zeros, 0, 0, (0,) * 4,
     Conversations(0, 0, 0, 0), none, none, none))
assert "matplotlib" in sys.modules
assert "matplotlib.pyplot" not in sys.modules
assert "zhplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
