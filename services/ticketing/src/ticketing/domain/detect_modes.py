"""How somebody moves between two fixes: on foot, waiting, by bicycle, or in a vehicle.

A hidden Markov model in continuous time, so that fixes may come every second or every ten minutes. Evidence
of a stretch between two fixes is the speed, blurred by both accuracies, and the phone's guesses of the
activity. Vehicles have two states, moving and stopped, so that a stop on the way is no alighting.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from ticketing.domain.detect_track import Floats, Track
from ticketing.domain.trace import Activity

FOOT, WAIT, RIDE, HALT, BICYCLE, IN_RUN = range(6)
MODES = 5
"""``IN_RUN`` is none: evidence for a ride in a run of the timetable, whose pace is known."""

# Mean seconds until one mode gives way to another. Phones report every ten seconds or less, so a stop of a
# vehicle lasts half a minute; longer ones are more likely a change of vehicles.
_LASTS_S = {
    (FOOT, WAIT): 120.0,
    (FOOT, RIDE): 600.0,
    (FOOT, BICYCLE): 1800.0,
    (WAIT, FOOT): 120.0,
    (WAIT, RIDE): 300.0,
    (RIDE, HALT): 60.0,
    (RIDE, FOOT): 600.0,
    (HALT, RIDE): 30.0,
    (HALT, FOOT): 150.0,
    (HALT, WAIT): 300.0,
    (BICYCLE, FOOT): 600.0,
    (BICYCLE, WAIT): 600.0,
}
# How often the phone guesses what, per mode (foot, wait, ride, halt, bicycle) and in a run.
_GUESSED = {
    Activity.IN_VEHICLE: np.log((0.08, 0.12, 0.60, 0.45, 0.10, 0.60)),
    Activity.ON_FOOT: np.log((0.55, 0.20, 0.07, 0.12, 0.05, 0.07)),
    Activity.STILL: np.log((0.07, 0.40, 0.12, 0.25, 0.05, 0.12)),
    Activity.ON_BICYCLE: np.log((0.05, 0.04, 0.05, 0.04, 0.60, 0.05)),
}
UNNOTICED_BICYCLE = np.log(0.25)
"""How often a phone that guesses at all takes its owner on a bicycle for something else."""
GUESS_S, LEAST_GUESS, MOST_GUESS = 30.0, 0.35, 1.0
"""Guesses lag and stick: one that comes sooner than this after the last weighs less, down to the least."""
DUE_DENSITY, DUE_S, DUE_MPS = 0.06, 30.0, 8.0
"""Where a run is due is known to half a minute, so over as long a stretch it may well be this slow."""
FAST_SHARE, FAST_MPS = 0.4, 40.0
"""So many rides are on country roads and railways: any speed up to this is as likely."""
LEAST_EVIDENCE = -7.0
"""No single stretch may say more than this: positions err in ways that no accuracy tells."""
ERRORS = ((0.6, 0.4), (0.35, 1.4), (0.05, 3.0))
"""Shares of stretches, and how much more or less positions seem to move on them, in accuracies."""
WALK_MPS, WALK_SPREAD_MPS = 1.2, 0.6
RIDE_MPS, RIDE_SPREAD_MPS = 11.0, 6.0
BICYCLE_MPS, BICYCLE_SPREAD_MPS = 4.5, 1.5
GAP_S = 60.0
"""A longer silence may hold a ride and a wait: any speed up to ``GAP_MPS`` is as likely."""
GAP_MPS = 15.0
SENSOR_M = 4.0
LONGEST_STEP_S = 3600
FIRST = np.log((0.42, 0.42, 0.07, 0.05, 0.04))


def evidence(track: Track) -> Floats:
    """Log-likelihood of every stretch in every mode, relative to the best: (fixes - 1, modes + 1)."""
    lasts = np.maximum(np.diff(track.time_s), 1.0)
    way = np.hypot(np.diff(track.east_m), np.diff(track.north_m))
    squares = track.accuracy_m**2
    blur = np.sqrt((squares[1:] + squares[:-1]) / 2 + SENSOR_M**2) / lasts
    speed = way / lasts
    standing = np.sqrt(blur**2 + 0.3**2)
    # Errors of one fix and the next may be nearly the same, or have nothing to do with one another.
    still = 2 * sum(share * _bell(speed, 0, times * standing) for share, times in ERRORS)
    foot = sum(
        share * _bell(speed, WALK_MPS, np.hypot(WALK_SPREAD_MPS, times * blur)) for share, times in ERRORS
    )
    ride = (0.9 - FAST_SHARE) * _bell(speed, RIDE_MPS, np.hypot(RIDE_SPREAD_MPS, blur))
    ride += FAST_SHARE * (speed < FAST_MPS) / FAST_MPS
    ride += 0.1 * _bell(speed, 15.0, np.hypot(15.0, 3 * blur))
    ride = np.where(lasts > GAP_S, 0.5 * ride + 0.5 * (speed < GAP_MPS) / GAP_MPS, ride)
    bicycle = _bell(speed, BICYCLE_MPS, np.hypot(BICYCLE_SPREAD_MPS, blur))
    slow = DUE_DENSITY * np.minimum(lasts / DUE_S, 1.0) * (speed < DUE_MPS)
    run = np.maximum(np.maximum(ride, still), slow)
    likely = np.log(np.maximum(np.stack([foot, still, ride, still, bicycle, run], axis=1), 1e-12))
    likely = np.maximum(likely - likely[:, :MODES].max(axis=1, keepdims=True), LEAST_EVIDENCE)
    weights = np.clip(lasts / GUESS_S, LEAST_GUESS, MOST_GUESS)
    guesses = any(fix.guesses for fix in track.fixes)
    for row, fix in enumerate(track.fixes[1:]):
        for guess in fix.guesses:
            likely[row] += weights[row] * guess.confidence * _GUESSED[guess.activity]
        if guesses and all(guess.activity != Activity.ON_BICYCLE for guess in fix.guesses[:1]):
            likely[row, BICYCLE] += UNNOTICED_BICYCLE
    result: Floats = likely
    return result


def _bell(value: Floats, mean: float, spread: Floats | float) -> Floats:
    return np.asarray(np.exp(-0.5 * ((value - mean) / spread) ** 2) / (spread * np.sqrt(2 * np.pi)))


@cache
def changes(seconds: int) -> Floats:
    """Log-probabilities of the mode after some seconds, by the mode before: (modes, modes)."""
    rates = np.zeros((MODES, MODES))
    for (before, after), lasts_s in _LASTS_S.items():
        rates[before, after] = 1 / lasts_s
    np.fill_diagonal(rates, -rates.sum(axis=1))
    step = np.eye(MODES) + rates / 8
    result: npt.NDArray[np.float64] = np.log(np.linalg.matrix_power(step, 8 * seconds) + 1e-12)
    return result


def step_changes(track: Track) -> list[Floats]:
    """The log-probabilities of :func:`changes` from each stretch to the next: one per inner fix.

    Between stretches as much time passes as between their middles.
    """
    middles = (track.time_s[1:] + track.time_s[:-1]) / 2
    return [changes(int(np.clip(round(step), 1, LONGEST_STEP_S))) for step in np.diff(middles)]
