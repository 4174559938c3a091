"""Reasons in a sentence, for people. English; what speaks other languages goes by the codes."""

from journeys.domain.journey import BenchWait, Journey, ReasonCode

_SAID = {
    ReasonCode.ONLY_ONE: "The only journey found.",
    ReasonCode.BALANCED: "Best in no single respect, but worth a look: worse than none in all of them.",
}


def sentence(code: ReasonCode, journey: Journey) -> str:
    """Why the journey is among the answers."""
    match code:
        case ReasonCode.EARLIEST:
            return "No other journey found arrives earlier."
        case ReasonCode.LATEST_DEPARTURE:
            return "No other journey found lets you leave later."
        case ReasonCode.FEWEST_TRANSFERS:
            return f"The fewest transfers: {journey.transfers}."
        case ReasonCode.LEAST_WALKING:
            return f"The least walking: {journey.walk_m} m."
        case ReasonCode.CHEAPEST:
            return f"The cheapest whose price is known: {_money(journey)}."
        case ReasonCode.LEAST_CO2:
            return f"The least CO2: {journey.co2_g} g."
        case ReasonCode.WITHOUT_PROMISE:
            return " ".join(leg.detail.message for leg in journey.legs if isinstance(leg.detail, BenchWait))
        case ReasonCode.ONLY_ONE | ReasonCode.BALANCED:
            return _SAID[code]


def _money(journey: Journey) -> str:
    return f"{journey.price.cents / 100:.2f} {journey.price.currency}" if journey.price else "not known"
