"""A report in words: its caption, its buttons, and how its numbers are written. Also used by ``charts``."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from bot.desk.presses import Button
from bot.desk.reporting import Period, PeriodKind, Report, Spread
from bot.desk.staff_presses import StaffPress
from bot.texts import N_, Translator

PERIOD_WORDS = {
    PeriodKind.TODAY: N_("Today"),
    PeriodKind.YESTERDAY: N_("Yesterday"),
    PeriodKind.WEEK: N_("Last 7 days"),
}

AGE_WORDS = (N_("under 1 day"), N_("1–3 days"), N_("3–7 days"), N_("over 7 days"))
"""The backlog's ages, as in :data:`bot.desk.reporting.AGES`."""

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class ReportPress(StaffPress):
    """Show the report of another period, a :class:`bot.desk.reporting.PeriodKind`."""

    prefix: ClassVar[str] = "s-report"
    period: str


def period_buttons(t: Translator, shown: PeriodKind) -> list[list[Button]]:
    """Return a button for each period, the one that is shown marked."""
    names = {kind: t(word) for kind, word in PERIOD_WORDS.items()}
    return [[Button(f"• {name}" if kind is shown else name, ReportPress(kind)) for kind, name in names.items()]]


def caption(t: Translator, report: Report) -> str:
    """Return the report as lines of text, the same numbers as in the picture and more."""
    talks, unsolved = report.conversations, sum(report.backlog)
    lines = [f"📊 {t(PERIOD_WORDS[report.period.kind])} · {dates(t, report.period)}"]
    if report.is_empty:
        lines.append(t("Nothing happened in this period."))
    else:
        lines += [
            t(
                "👥 New customers: {customers} · conversations: {talks}",
                customers=report.new_customers,
                talks=talks.begun,
            ),
            t("💬 Messages in: {heard} · out: {said}", heard=sum(report.heard), said=sum(report.said)),
            t("🎫 Tickets opened: {opened} · solved: {solved}", opened=sum(report.opened), solved=report.unique_solved),
            t(
                "🔁 {reopened} reopened ({rate} of solved)",
                reopened=report.reopened,
                rate=share(report.reopened, report.unique_solved),
            ),
            t("⏱ First reply: {spread}", spread=_spread(t, report.first_response)),
            t("💭 Next replies: {spread}", spread=_spread(t, report.next_response)),
            t("🏁 Solved in: {spread}", spread=_spread(t, report.resolution)),
            t(
                "🤖 The bot took part in {involved} of {talks}: answered {answered} ({answer_rate}), "
                "handed over {escalated} ({escalation_rate})",
                involved=talks.involved,
                talks=talks.begun,
                answered=talks.answered,
                answer_rate=share(talks.answered, talks.involved),
                escalated=talks.escalated,
                escalation_rate=share(talks.escalated, talks.involved),
            ),
        ]
    ages = [f"{t(word)} {n}" for word, n in zip(AGE_WORDS, report.backlog, strict=True) if n]
    lines.append(" · ".join([t("📥 Unsolved now: {n}", n=unsolved), *ages]))
    return "\n".join(lines)


def _spread(t: Translator, spread: Spread) -> str:
    if spread.median is None or spread.p90 is None:
        return NOTHING
    return t(
        "{median} (median), 9 in 10 within {p90}, n {n}",
        median=length(t, spread.median),
        p90=length(t, spread.p90),
        n=spread.n,
    )


def dates(t: Translator, period: Period) -> str:
    """Return which day or days these are."""
    first = period.slots[0].start
    last = period.slots[-1].start
    if period.kind is PeriodKind.WEEK:
        form = t("d MMM y")
        return f"{t.moment(first, period.zone, form)} – {t.moment(last, period.zone, form)}"
    return t.moment(first, period.zone, t("EEEE d MMMM y"))


def length(t: Translator, wait: timedelta) -> str:
    """Return a wait in its two largest units, short enough for a table."""
    minutes = round(wait.total_seconds() / 60)
    if minutes < 1:
        return t("{n} s", n=round(wait.total_seconds()))
    if minutes < 60:
        return t("{n} min", n=minutes)
    if minutes < 24 * 60:
        return t("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
    hours = round(minutes / 60)
    return t("{days} d {hours} h", days=hours // 24, hours=hours % 24)


def share(part: int, whole: int) -> str:
    """Return a share in per cent; of nothing there is none."""
    if not whole:
        return NOTHING
    return "<1%" if 0 < part / whole < 0.005 else f"{part / whole:.0%}"
