"""The report of ``faq check``."""

from bot.nlp.checking import CheckReport, FewPhrasings, NearDuplicate, SaidTwice, TopicCount, check
from bot.nlp.faq import Entry, Faq, Question

FIVE = ("one apple", "two pears", "three plums", "four figs", "five dates")


def test_a_report_counts_and_warns() -> None:
    entries = (
        Entry("fruit", "food", {"en": FIVE}, {"en": "Yes."}),
        Entry(
            "mail", "post", {"en": ("the letter has not come", "The letter has not come?")}, {"en": "No.", "zh": "没有"}
        ),
        Entry("late", "post", {"en": (*FIVE[:0], "the letters has not come", *"abcd")}, {"en": "No."}),
    )
    questions = (Question("Two pears!", "fruit"), Question("a boat?", None))
    report = check(Faq(entries, {}, questions))
    (near,) = (warning for warning in report.warnings if isinstance(warning, NearDuplicate))
    assert report == CheckReport(
        topics=(TopicCount("food", 1, {"en": 5}), TopicCount("post", 2, {"en": 7})),
        entries=3,
        phrasings={"en": 12},
        questions=2,
        unanswerable=1,
        warnings=(
            FewPhrasings("mail", "en", 2),
            FewPhrasings("mail", "zh", 0),
            SaidTwice("mail", "The letter has not come?"),
            SaidTwice("fruit", "Two pears!", is_check_question=True),
            near,
        ),
    )
    assert (near.entry, near.other_entry) == ("mail", "late")
    assert 0.9 <= near.similarity < 1.0


def test_a_report_reads_as_text() -> None:
    report = CheckReport(
        topics=(TopicCount("food", 1, {"en": 5}),),
        entries=1,
        phrasings={"en": 5, "zh": 0},
        questions=2,
        unanswerable=1,
        warnings=(FewPhrasings("fruit", "zh", 0),),
    )
    assert report.as_text() == (
        "topic  entries  en  zh\n"
        "food         1   5   0\n"
        "all          1   5   0\n"
        "check questions: 2, 1 of them unanswerable\n"
        "warning: fruit has 0 question(s) in zh; 5 or more work much better\n"
        "The FAQ is valid; 1 warning(s)."
    )


def test_an_empty_faq_has_nothing_to_warn_of() -> None:
    assert check(Faq((), {})).warnings == ()
