"""whylogs: drift scores of two profiles, category DRIFT, at its defaults."""

import whylogs
from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores

import common


def drift(reference, current):
    views = [whylogs.log(frame).view() for frame in (current, reference)]
    scores = calculate_drift_scores(target_view=views[0], reference_view=views[1], with_thresholds=True)
    return {name for name, score in scores.items() if score and score.get("drift_category") == "DRIFT"}, None


common.run(drift=drift)
