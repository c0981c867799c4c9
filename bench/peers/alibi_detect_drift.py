"""alibi-detect: TabularDrift at p 0.05, Kolmogorov-Smirnov and chi-square with Bonferroni over the columns. Missing values have no place in it: they go as a number beyond the range."""

import numpy as np
from alibi_detect.cd import TabularDrift

import common


def codes(reference, current):
    """Levels to integers, the same on both sides; missing ones too."""
    labels = common.categorical(reference)
    left, right = [], []
    for name in reference.columns:
        a, b = reference[name], current[name]
        if name in labels:
            known = {value: i for i, value in enumerate(dict.fromkeys([*a.dropna().unique(), *b.dropna().unique()]))}
            a, b = a.map(known).fillna(-1), b.map(known).fillna(-1)
        else:
            low = min(a.min(), b.min()) - 1
            a, b = a.fillna(low), b.fillna(low)
        left.append(a.to_numpy(dtype=float))
        right.append(b.to_numpy(dtype=float))
    return np.column_stack(left), np.column_stack(right), [list(reference.columns).index(name) for name in labels]


def drift(reference, current):
    before, now, labels = codes(reference, current)
    detector = TabularDrift(before, p_val=0.05, categories_per_feature={index: None for index in labels})
    batch = detector.predict(now, drift_type="batch")["data"]
    flagged = batch["p_val"] < batch["threshold"]
    return {name for name, hit in zip(reference.columns, flagged) if hit}, bool(batch["is_drift"])


common.run(drift=drift)
