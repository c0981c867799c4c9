"""10,000 random small cases of each task, every second one with weights, through every metric of metrics.py and metrics_of_lists.py, written as sums.
Writes test/reference/metric-batches.json.

The rows come from a small generator that the test has too, so that only expected values are kept: of each batch of 500 cases, per metric, Σ weight ×
value over the cases that have one, and how many have none. Weights differ, so that two errors do not cancel. Ties, zeros, one class, one row and
constant truths are all frequent. About half an hour on two cores. How to run: common.py.
"""
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import sklearn

from metrics import binary, multiclass, regression
from metrics_of_lists import LEVELS, forecasting, multilabel, quantile_errors, ranking

warnings.simplefilter("ignore")
CASES = 10_000
BATCH = 500
sklearn.set_config(assume_finite=True, skip_parameter_validation=True)


def mulberry(seed):
    a = seed & 0xFFFFFFFF

    def below(n):
        nonlocal a
        a = (a + 0x6D2B79F5) & 0xFFFFFFFF
        t = ((a ^ (a >> 15)) * (1 | a)) & 0xFFFFFFFF
        t = ((t + (((t ^ (t >> 7)) * (61 | t)) & 0xFFFFFFFF)) & 0xFFFFFFFF) ^ t
        return (t ^ (t >> 14)) % n

    return below


def weights(i, n):
    """None for every other case. Of three kinds: few and 0 among them, fractions of two that add up exactly, any."""
    if i % 2 == 0:
        return None
    below = mulberry(9_000_000 + i)
    kind = below(3)
    one = (lambda: (0, 0.25, 1, 2, 3)[below(5)], lambda: (1 + below(1000)) / 128, lambda: (1 + below(1000)) / 997)[kind]
    found = [one() for _ in range(n)]
    return found if any(found) else [1] * n


def binary_case(i):
    below = mulberry(1_000_000 + i)
    n = 1 + below(40)
    share = (0, 1, 2, 3, 5, 8, 10)[below(7)]
    levels = (1_000_000, 10, 1)[below(3)]
    free = below(3) == 0
    y, score, predicted = [], [], []
    for _ in range(n):
        y.append(1 if below(10) < share else 0)
        score.append(below(levels + 1) / levels)
        predicted.append(below(2) if free else int(score[-1] >= 0.5))
    return binary("", y, score, predicted, weight=weights(i, n))


def multiclass_case(i):
    below = mulberry(2_000_000 + i)
    k = 3 + below(3)
    n = 1 + below(40)
    grain = (3, 1000)[below(2)]
    free = below(4) == 0
    y, proba, predicted = [], [], []
    for _ in range(n):
        y.append(below(k))
        shares = [below(grain) for _ in range(k)]
        total = sum(shares)
        parts = [w * 1_000_000 // total if total else 1_000_000 // k for w in shares]
        parts[-1] = 1_000_000 - sum(parts[:-1])
        proba.append([part / 1_000_000 for part in parts])
        predicted.append(below(k) if free else parts.index(max(parts)))
    return multiclass("", y, np.array(proba), predicted, weight=weights(i, n))


def regression_case(i):
    below = mulberry(3_000_000 + i)
    n = 1 + below(40)
    kind = below(4)
    y, predicted = [], []
    for _ in range(n):
        a, b = below(1000), below(1000)
        if kind == 0:  # whole numbers around 0
            y.append(a % 21 - 10)
            predicted.append(a % 21 - 10 + b % 5 - 2)
        elif kind == 1:  # positive
            y.append((1 + a) / 10)
            predicted.append((1 + b) / 10)
        elif kind == 2:  # constant truth
            y.append(5)
            predicted.append(b % 11)
        else:  # far from zero
            y.append((100_000_000 + a) / 100)
            predicted.append((100_000_000 + b) / 100)
    below = mulberry(7_000_000 + i)
    quantiles = [sorted(p + below(401) / 10 - 20 for _ in LEVELS) for p in predicted]
    case = regression("", y, predicted, weight=weights(i, n))
    more = quantile_errors(y, predicted, quantiles, weights(i, n))
    return {"params": {**case["params"], **more["params"]}, "expected": {**case["expected"], **more["expected"]}}


def multilabel_case(i):
    below = mulberry(4_000_000 + i)
    k = 2 + below(4)
    n = 1 + below(60)
    share = (1, 3, 5, 8)[below(4)]
    levels = (3, 1000)[below(2)]
    y, score, predicted = [], [], []
    for _ in range(n):
        y.append([1 if below(10) < share else 0 for _ in range(k)])
        score.append([below(levels + 1) / levels for _ in range(k)])
        predicted.append([1 if below(10) < share else 0 for _ in range(k)])
    return multilabel(y, score, predicted, weights(i, n))


def ranking_case(i):
    below = mulberry(5_000_000 + i)
    n = 1 + below(60)
    queries = 1 + below(8)
    levels = (3, 1000)[below(2)]
    grades = (2, 4)[below(2)]
    relevance, score, query, item = [], [], [], []
    for _ in range(n):
        relevance.append(below(grades) if below(2) else 0)
        score.append(below(levels + 1) / levels)
        query.append(below(queries))
        item.append(below(12))
    per_query = weights(i, queries)
    if per_query and not any(per_query[q] for q in query):
        per_query = [1] * queries
    return ranking(relevance, score, query, item, per_query)


def forecasting_case(i):
    below = mulberry(6_000_000 + i)
    n = 1 + below(60)
    count = 1 + below(4)
    steps = (1, 20)[below(2)]  # a history that repeats itself now and then
    low = (0, 10)[below(2)]
    history = [[below(steps + 1) + below(2) for _ in range(2 + below(6))] for _ in range(count)]
    y, predicted, series, horizon, quantiles = [], [], [], [], []
    for _ in range(n):
        y.append(below(41) - low)
        predicted.append(below(401) / 10 - low)
        series.append(below(count))
        horizon.append(1 + below(3))
        quantiles.append(sorted(below(401) / 10 - low for _ in LEVELS))
    return forecasting(y, predicted, series, horizon, quantiles, history, weights(i, n))


out = Path(__file__).parents[2] / "test" / "reference" / "metric-batches.json"
tasks = {
    "binary": binary_case, "multiclass": multiclass_case, "regression": regression_case,
    "multilabel": multilabel_case, "ranking": ranking_case, "forecasting": forecasting_case,
}
if len(sys.argv) > 1:  # one task at a time, to a part
    task = sys.argv[1]
    batches, params = [], {}
    for start in range(0, CASES, BATCH):
        sums, none = {}, {}
        for i in range(start, start + BATCH):
            case = tasks[task](i)
            params.update(case["params"])
            for key, value in case["expected"].items():
                sums.setdefault(key, 0.0)
                none.setdefault(key, 0)
                if value is None:
                    none[key] += 1
                else:
                    sums[key] += (1 + i % 7 / 7) * value
        batches.append({key: [sums[key], none[key]] for key in sums})
    Path(sys.argv[2]).write_text(json.dumps({"params": params, "batches": batches}))
else:
    import subprocess
    import tempfile
    from concurrent.futures import ThreadPoolExecutor

    with tempfile.TemporaryDirectory() as folder:
        with ThreadPoolExecutor(2) as two:
            list(two.map(lambda task: subprocess.run([sys.executable, __file__, task, f"{folder}/{task}"], check=True), tasks))
        parts = {task: json.loads(Path(f"{folder}/{task}").read_text()) for task in tasks}
    body = ",\n".join(
        f' {json.dumps(task)}: {{"params": {json.dumps(part["params"])}, "batches": [\n' + ",\n".join("  " + json.dumps(batch) for batch in part["batches"]) + "\n ]}" for task, part in parts.items()
    )
    out.write_text(f'{{"source": "scikit-learn {sklearn.__version__}, scripts/reference/metric_batches.py", "batch": {BATCH}, "tasks": {{\n{body}\n}}}}\n')
    print(out.stat().st_size)
