"""Every reason in both languages, with its figures."""

import pytest
from waste.domain.tours_reasons import Reason, ReasonCode

FIGURES = {
    "level_percent": 87.6,
    "probability_percent": 12.3,
    "days": 5.0,
    "detour_km": 1.24,
    "visit_euro": 6.5,
    "waiting_euro": 42.0,
    "usual_euro": 8.25,
}


@pytest.mark.parametrize("code", ReasonCode)
def test_each_has_a_sentence_in_both_languages(code: ReasonCode) -> None:
    reason = Reason(code, FIGURES)
    assert reason.english.count("88 % full") == 1
    assert reason.german.count("88 % voll") == 1
    assert "{" not in reason.english + reason.german
    silent = Reason(code, {name: value for name, value in FIGURES.items() if name != "level_percent"})
    assert "not known" in silent.english
    assert "nicht bekannt" in silent.german


def test_figures_are_written_as_each_language_does() -> None:
    reason = Reason(ReasonCode.RISK, FIGURES)
    assert reason.english == (
        "88 % full; it overflows with 12 % within 5 days: waiting costs 42.00 €, going there 1.2 km (6.50 €)"
    )
    assert reason.german == (
        "88 % voll; läuft mit 12 % innerhalb von 5 Tagen über: Warten kostet 42,00 €, "
        "die Anfahrt 1,2 km (6,50 €)"
    )


def test_one_day_is_one_day() -> None:
    reason = Reason(ReasonCode.LATER, FIGURES | {"days": 1.0})
    assert "planned in 1 day," in reason.english
    assert "in 1 Tag vorgesehen" in reason.german
