"""Reference values of metrics of several labels (scikit-learn), of rankings (scikit-learn and plain Python), of quantiles and of forecasts. Used by metric_batches.py.

As in metrics.py: None where a value is undefined; rows of weight 0 are left out. Nothing here is ours: sums are written out again, in another way.
"""
import math
import warnings

import numpy as np
from sklearn import metrics as m

from metrics import counted, errors, safe


def multilabel(y, score, predicted, weight=None):
    """@param y n × k, k ≥ 2"""
    w, y, score, predicted = counted(weight, np.asarray(y), np.asarray(score, float), np.asarray(predicted))
    given = {"sample_weight": w}
    expected, params = {}, {}

    def add(key, metric, value, **more):
        expected[key] = None if value is None else float(value)
        params[key] = {"metric": metric, **more}

    add("subset_accuracy", "subset_accuracy", m.accuracy_score(y, predicted, **given))
    add("hamming_loss", "hamming_loss", m.hamming_loss(y, predicted, **given))
    for average in ("macro", "weighted", "micro", "samples"):
        for metric, function, more in (("precision", m.precision_score, {}), ("recall", m.recall_score, {}), ("f1", m.f1_score, {}), ("fbeta", m.fbeta_score, {"beta": 0.5}), ("jaccard", m.jaccard_score, {})):
            add(f"{metric}_{average}", metric, function(y, predicted, average=average, zero_division=0, **more, **given), average=average, **more)
    add("f1_one", "f1", m.f1_score(y[:, 1], predicted[:, 1], zero_division=0, **given), **{"class": "l1"})
    add("lrap", "lrap", m.label_ranking_average_precision_score(y, score, **given))
    add("coverage_error", "coverage_error", m.coverage_error(y, score, **given))
    add("ranking_loss", "ranking_loss", m.label_ranking_loss(y, score, **given))
    both = all(len(set(column)) == 2 for column in y.T)
    for average in ("macro", "weighted"):
        add(f"roc_auc_{average}", "roc_auc", safe(lambda: m.roc_auc_score(y, score, average=average, **given)) if both else None, average=average)
    add("pr_auc", "pr_auc", m.average_precision_score(y, score, **given) if both else None)
    return {"params": params, "expected": expected}


def ranked(relevance, score):
    """Best first, of equal scores the less relevant first."""
    return [r for _, r in sorted(zip([-s for s in score], relevance))]


def one_query(relevance, score, k):
    hits = [r > 0 for r in ranked(relevance, score)]
    relevant = sum(hits)
    depth = len(hits) if k is None else min(k, len(hits))
    first = next((at for at, hit in enumerate(hits) if hit), None)
    ndcg = 1.0 if len(hits) == 1 else m.ndcg_score([relevance], [score], k=k)
    precisions = [sum(hits[: at + 1]) / (at + 1) for at in range(depth) if hits[at]]
    return {
        "ndcg": ndcg,
        "map": math.fsum(precisions) / (relevant if k is None else min(k, relevant)),
        "mrr": 1 / (first + 1) if first < depth else 0.0,
        "query_precision": sum(hits[:depth]) / (len(hits) if k is None else k),
        "query_recall": sum(hits[:depth]) / relevant,
        "hit_rate": float(any(hits[:depth])),
    }


def ranking(relevance, score, query, item, weight=None):
    """@param weight of each query, by its code"""
    queries = [[i for i, q in enumerate(query) if q == code] for code in sorted(set(query))]
    kept = [(rows, 1.0 if weight is None else weight[query[rows[0]]]) for rows in queries]
    kept = [(rows, w) for rows, w in kept if w > 0]
    judged = [(rows, w) for rows, w in kept if any(relevance[i] > 0 for i in rows)]
    expected, params = {}, {}
    for k in (None, 1, 3):
        values = [(one_query([relevance[i] for i in rows], [score[i] for i in rows], k), w) for rows, w in judged]
        for metric in ("ndcg", "map", "mrr", "query_precision", "query_recall", "hit_rate"):
            key = f"{metric}_{k or 'all'}"
            expected[key] = float(np.average([v[metric] for v, _ in values], weights=[w for _, w in values])) if values else None
            params[key] = {"metric": metric, "k": k or "all"}
    shown = set()
    for rows, _ in kept:
        best = sorted(rows, key=lambda i: (-score[i], i))
        shown.update(item[i] for i in best[:2])
    expected["catalog_coverage"] = len(shown) / len({item[i] for rows, _ in kept for i in rows})
    params["catalog_coverage"] = {"metric": "catalog_coverage", "k": 2}
    return {"params": params, "expected": expected}


LEVELS = [0.1, 0.25, 0.5, 0.75, 0.9]


def quantile_errors(y, predicted, quantiles, weight=None):
    """Of forecasts and regressions. @param quantiles n × LEVELS, rising in each row"""
    w, y, predicted, quantiles = counted(weight, np.asarray(y, float), np.asarray(predicted, float), np.asarray(quantiles, float))
    given = {"sample_weight": w}
    losses = [m.mean_pinball_loss(y, quantiles[:, j], alpha=level, **given) for j, level in enumerate(LEVELS)]
    inside = np.average((quantiles[:, 0] <= y) & (y <= quantiles[:, 4]), weights=w)
    expected = {
        "quantile_loss": np.mean(losses),
        "crps": 2 * np.mean(losses),
        "pinball": losses[1],
        "pinball_own": m.mean_pinball_loss(y, predicted, alpha=0.3, **given),
        "interval_coverage": inside,
        "coverage_gap": abs(inside - 0.8),
        "interval_width": np.average(quantiles[:, 4] - quantiles[:, 0], weights=w),
    }
    params = {"pinball": {"alpha": 0.25}, "pinball_own": {"metric": "pinball", "alpha": 0.3}}
    return {"params": params, "expected": {key: float(value) for key, value in expected.items()}}


def forecasting(y, predicted, series, horizon, quantiles, history, weight=None):
    """@param history training rows of each series; a season is one row"""
    w, y, predicted, series, horizon, quantiles = counted(weight, np.asarray(y, float), np.asarray(predicted, float), np.asarray(series), np.asarray(horizon), np.asarray(quantiles, float))
    given = {"sample_weight": w}
    absolute = [np.mean(np.abs(np.diff(rows))) for rows in history]
    squared = [np.mean(np.diff(rows) ** 2) for rows in history]
    known = all(absolute[s] > 0 for s in series)
    expected = errors(y, predicted, w)
    params = {}
    error = predicted - y
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected["mase"] = np.average(np.abs(error) / np.array(absolute)[series], weights=w) if known else None
        expected["rmsse"] = np.sqrt(np.average(error**2 / np.array(squared)[series], weights=w)) if known else None
    of_quantiles = quantile_errors(y, predicted, quantiles, w)
    expected.update(of_quantiles["expected"])
    params.update(of_quantiles["params"])
    ahead = horizon == 2
    for metric, function in (("mae", m.mean_absolute_error), ("rmse", m.root_mean_squared_error)):
        expected[f"{metric}_2"] = function(y[ahead], predicted[ahead], sample_weight=None if w is None else w[ahead]) if np.any(ahead) else None
        params[f"{metric}_2"] = {"metric": metric, "horizon": 2}
    return {"params": params, "expected": {key: None if value is None else float(value) for key, value in expected.items()}}
