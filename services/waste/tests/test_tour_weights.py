import pytest
from hypothesis import given
from hypothesis import strategies as st
from waste.domain.tour_weights import TRUST_L, Weighing, density_kg_per_l

kilos = st.floats(0.02, 0.4)


def test_nothing_weighed_leaves_the_usual_density() -> None:
    assert density_kg_per_l(0.05, "paper", []) == 0.05


@given(st.lists(st.tuples(st.floats(1, 50_000), kilos), max_size=20))
def test_the_estimate_lies_between_what_was_assumed_and_what_was_weighed(
    told: list[tuple[float, float]],
) -> None:
    weighings = [Weighing("paper", volume_l, volume_l * density) for volume_l, density in told]
    found = density_kg_per_l(0.09, "paper", weighings)
    among = [0.09, *(density for _, density in told)]
    assert min(among) - 1e-9 <= found <= max(among) + 1e-9


def test_as_many_litres_as_the_prior_counts_for_lead_half_of_the_way() -> None:
    weighed = [Weighing("paper", TRUST_L, TRUST_L * 0.1)]
    assert density_kg_per_l(0.05, "paper", weighed) == pytest.approx(0.075)


def test_other_fractions_and_unbelievable_weighings_do_not_count() -> None:
    told = [Weighing("textile", 1000, 300), Weighing("paper", 1000, 5000), Weighing("paper", 0, 50)]
    assert density_kg_per_l(0.05, "paper", told) == 0.05


def test_a_density_is_positive() -> None:
    with pytest.raises(ValueError, match=r"usual_kg_per_l is 0\.0"):
        density_kg_per_l(0.0, "paper", [])
