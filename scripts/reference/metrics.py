"""Reference values of the metrics, from scikit-learn, on random and adversarial rows. Writes test/reference/metrics.json.

Set-up as in special.py. A value is null where scikit-learn raises, warns that it is undefined, or answers NaN and we answer null.
Rows are rounded to a few digits so that the file stays small: the expected values are computed from the rounded rows.
"""
import json
import math
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics as m

rng = np.random.default_rng(20010301)
EPS = 1.1920928955078125e-7
warnings.simplefilter("ignore")


def clip(p):
    return np.clip(p, EPS, 1 - EPS)


def safe(function):
    try:
        value = float(function())
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def counted(weight, *columns):
    """Rows of weight 0 are no rows: left out, as an average over classes or a missing class would otherwise see them. Without weights: None."""
    if weight is None:
        return (None, *columns)
    weight = np.asarray(weight, float)
    kept = weight > 0
    return (weight[kept], *(np.asarray(column)[kept] for column in columns))


def calibration(y, p, w, bins=15):
    """ece in bins of equal mass (ends: smallest probabilities with the share j/bins of the weight at or below them), and what both have above chance."""
    w = np.ones(len(y)) if w is None else w
    order = np.argsort(p, kind="stable")
    shares = np.cumsum(w[order]) / np.sum(w)
    ends = np.unique([p[order][np.searchsorted(shares, j / bins - 1e-12)] for j in range(1, bins)])
    found = {}
    for key, bin_of in (("width", np.clip(np.ceil(p * bins).astype(int) - 1, 0, bins - 1)), ("mass", np.searchsorted(ends, p, side="left"))):
        error, chance = 0.0, 0.0
        for b in np.unique(bin_of):
            here = bin_of == b
            error += abs(np.sum(w[here] * (y[here] - p[here])))
            mean = np.average(p[here], weights=w[here])
            chance += math.sqrt(2 * np.sum(w[here] ** 2) * mean * max(0.0, 1 - mean) / math.pi)
        found[key] = error / np.sum(w)
        found[f"{key}_excess"] = max(0.0, (error - chance) / np.sum(w))
    return found


def binary(name, y, score, predicted=None, fpr=0.1, recall=0.8, k=0.1, weight=None):
    y = np.asarray(y)
    score = np.round(np.asarray(score, float), 6)
    predicted = (score >= 0.5).astype(int) if predicted is None else np.asarray(predicted)
    w, y, score, predicted = counted(weight, y, score, predicted)
    given = {"sample_weight": w}
    ones = np.ones(len(y)) if w is None else w
    two = len(set(y)) == 2
    tn, fp, fn, tp = m.confusion_matrix(y, predicted, labels=[0, 1], **given).ravel()
    div = lambda a, b: a / b if b else 0.0
    expected = {
        "accuracy": m.accuracy_score(y, predicted, **given),
        "balanced_accuracy": m.balanced_accuracy_score(y, predicted, **given),
        "precision": m.precision_score(y, predicted, zero_division=0, **given),
        "recall": m.recall_score(y, predicted, zero_division=0, **given),
        "specificity": m.recall_score(y, predicted, pos_label=0, zero_division=0, **given),
        "npv": m.precision_score(y, predicted, pos_label=0, zero_division=0, **given),
        "fpr": div(fp, fp + tn),
        "fnr": div(fn, fn + tp),
        "f1": m.f1_score(y, predicted, zero_division=0, **given),
        "fbeta": m.fbeta_score(y, predicted, beta=2, zero_division=0, **given),
        "jaccard": m.jaccard_score(y, predicted, zero_division=0, **given),
        "mcc": m.matthews_corrcoef(y, predicted, **given),
        "kappa": safe(lambda: m.cohen_kappa_score(y, predicted, **given)),
        "roc_auc": safe(lambda: m.roc_auc_score(y, score, **given)) if two else None,
        "pr_auc": safe(lambda: m.average_precision_score(y, score, **given)) if two else None,
        "log_loss": m.log_loss(y, clip(score), labels=[0, 1], **given),
        "brier": float(np.average((score - y) ** 2, weights=w)) if not two else m.brier_score_loss(y, score, **given),
        "value": float(np.average(np.array([[1, -2], [-3, 4]])[y, predicted], weights=w)),
    }
    if two:
        prevalence = np.average(y, weights=w)
        expected["brier_skill"] = 1 - expected["brier"] / (prevalence * (1 - prevalence))
        fprs, tprs, _ = m.roc_curve(y, score, drop_intermediate=False, **given)
        expected["ks_statistic"] = float(np.max(np.abs(tprs - fprs)))
        expected["recall_at_fpr"] = float(tprs[fprs <= fpr].max())
        precisions, recalls, _ = m.precision_recall_curve(y, score, **given)
        expected["precision_at_recall"] = float(precisions[:-1][recalls[:-1] >= recall].max())
    top = in_top(score, ones, k * np.sum(ones))
    found = np.sum(top * y) / np.sum(ones * y) if np.any(y == 1) else None
    expected["recall_at_k"] = found
    expected["lift_at_k"] = None if found is None else found / k
    bins = np.clip(np.ceil(score * 15).astype(int) - 1, 0, 14)
    gaps = [abs(np.sum((ones * (y - score))[bins == b])) for b in range(15)]
    expected["ece"] = sum(gaps) / np.sum(ones)
    expected["mce"] = max(g / np.sum(ones[bins == b]) for b, g in enumerate(gaps) if np.any(bins == b))
    binned = calibration(y, score, w)
    expected |= {"ece_mass": binned["mass"], "ece_excess": binned["width_excess"], "ece_excess_mass": binned["mass_excess"]}
    return {
        "name": name, "task": "binary", "y": y.tolist(), "score": score.tolist(), "predicted": predicted.tolist(),
        "params": {"ece_mass": {"metric": "ece", "binning": "mass"}, "ece_excess_mass": {"metric": "ece_excess", "binning": "mass"}, "recall_at_fpr": {"fpr": fpr}, "precision_at_recall": {"recall": recall}, "recall_at_k": {"k": k}, "lift_at_k": {"k": k}, "value": {"tn": 1, "fp": -2, "fn": -3, "tp": 4}},
        "expected": {key: None if value is None else float(value) for key, value in expected.items()},
    }


def in_top(score, weight, room):
    """Of each row the weight that is among the best scored `room`; equal scores share what is left."""
    taken = np.zeros(len(score))
    for value in sorted(set(score), reverse=True):
        group = score == value
        size = np.sum(weight[group])
        share = min(1, max(0, room / size))
        taken[group] = weight[group] * share
        room -= size
    return taken


def shares(proba):
    proba = np.asarray(proba, float) + 0.001
    proba = np.round(proba / proba.sum(1, keepdims=True), 6)
    proba[:, -1] = np.round(1 - proba[:, :-1].sum(1), 6)
    return proba


def multiclass(name, y, proba, predicted=None, weight=None):
    y = np.asarray(y)
    k = proba.shape[1]
    predicted = proba.argmax(1) if predicted is None else np.asarray(predicted)
    w, y, proba, predicted = counted(weight, y, proba, predicted)
    given_weight = {"sample_weight": w}
    labels = list(range(k))
    complete = len(set(y)) == k
    expected, params = {}, {}

    def add(key, metric, value, **given):
        expected[key] = None if value is None else float(value)
        params[key] = {"metric": metric, **given}

    add("accuracy", "accuracy", m.accuracy_score(y, predicted, **given_weight))
    add("balanced_accuracy", "balanced_accuracy", m.balanced_accuracy_score(y, predicted, **given_weight))
    add("mcc", "mcc", m.matthews_corrcoef(y, predicted, **given_weight))
    add("kappa", "kappa", safe(lambda: m.cohen_kappa_score(y, predicted, **given_weight)))
    for average in ("macro", "weighted", "micro"):
        for metric, function, given in (("precision", m.precision_score, {}), ("recall", m.recall_score, {}), ("f1", m.f1_score, {}), ("fbeta", m.fbeta_score, {"beta": 0.5}), ("jaccard", m.jaccard_score, {})):
            add(f"{metric}_{average}", metric, function(y, predicted, average=average, zero_division=0, **given, **given_weight), average=average, **given)
    for metric, function in (("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score), ("jaccard", m.jaccard_score)):
        add(f"{metric}_all", metric, function(y, predicted, labels=labels, average="macro", zero_division=0, **given_weight), labels="all")
        add(f"{metric}_one", metric, function(y == 1, predicted == 1, zero_division=0, **given_weight), **{"class": "c1"})
    tables = m.multilabel_confusion_matrix(y, predicted, **given_weight)
    ratio = lambda a, b: a / b if b else 0.0
    add("specificity_macro", "specificity", np.mean([ratio(t[0, 0], t[0, 0] + t[0, 1]) for t in tables]))
    add("npv_macro", "npv", np.mean([ratio(t[0, 0], t[0, 0] + t[1, 0]) for t in tables]))
    add("fpr_macro", "fpr", np.mean([ratio(t[0, 1], t[0, 0] + t[0, 1]) for t in tables]))
    add("fnr_macro", "fnr", np.mean([ratio(t[1, 0], t[1, 1] + t[1, 0]) for t in tables]))
    for top in (1, 2):
        add(f"top_{top}", "top_k_accuracy", m.top_k_accuracy_score(y, proba, k=top, labels=labels, **given_weight), k=top)
    add("log_loss", "log_loss", m.log_loss(y, clip(proba), labels=labels, **given_weight))
    add("brier", "brier", m.brier_score_loss(y, proba, labels=labels, scale_by_half=False, **given_weight))
    for multi in ("ovr", "ovo"):
        for average in ("macro", "weighted"):
            can = complete and (multi == "ovr" or w is None)  # ovo takes no weights
            value = safe(lambda: m.roc_auc_score(y, proba, multi_class=multi, average=average, labels=labels, **given_weight)) if can else None
            add(f"roc_auc_{multi}_{average}", "roc_auc", value, multi=multi, average=average)
    bins = np.clip(np.ceil(proba.max(1) * 15).astype(int) - 1, 0, 14)
    ones = np.ones(len(y)) if w is None else w
    gaps = [abs(np.sum((ones * ((proba.argmax(1) == y) - proba.max(1)))[bins == b])) for b in range(15)]
    add("ece", "ece", sum(gaps) / np.sum(ones))
    add("mce", "mce", max(g / np.sum(ones[bins == b]) for b, g in enumerate(gaps) if np.any(bins == b)))
    binned = calibration((proba.argmax(1) == y).astype(int), proba.max(1), w)
    add("ece_mass", "ece", binned["mass"], binning="mass")
    add("ece_excess", "ece_excess", binned["width_excess"])
    add("ece_excess_mass", "ece_excess", binned["mass_excess"], binning="mass")
    classes = [calibration((y == c).astype(int), proba[:, c], w) for c in labels]
    add("classwise_ece", "classwise_ece", np.mean([one["width"] for one in classes]))
    add("classwise_ece_mass", "classwise_ece", np.mean([one["mass"] for one in classes]), binning="mass")
    add("roc_auc_one", "roc_auc", m.roc_auc_score(y == 1, proba[:, 1], **given_weight) if len(set(y == 1)) == 2 else None, **{"class": "c1"})
    add("pr_auc", "pr_auc", m.average_precision_score(np.eye(k)[y], proba, **given_weight) if complete else None)
    return {"name": name, "task": "multiclass", "classes": [f"c{j}" for j in labels], "y": y.tolist(), "proba": proba.tolist(), "predicted": predicted.tolist(), "params": params, "expected": expected}


def errors(y, predicted, w):
    """Of numbers, also of forecasts."""
    given = {"sample_weight": w}
    constant = len(set(y)) == 1
    expected = {
        "mae": m.mean_absolute_error(y, predicted, **given),
        "mse": m.mean_squared_error(y, predicted, **given),
        "rmse": m.root_mean_squared_error(y, predicted, **given),
        "medae": m.median_absolute_error(y, predicted, **given),
        "max_error": m.max_error(y, predicted) if w is None else None,
        "r2": None if constant or len(y) < 2 else m.r2_score(y, predicted, **given),
        "explained_variance": None if constant or len(y) < 2 else m.explained_variance_score(y, predicted, **given),
        "rmsle": safe(lambda: m.root_mean_squared_log_error(y, predicted, **given)),
        "bias": abs(float(np.average(predicted - y, weights=w))),
        "wape": float(np.average(np.abs(predicted - y), weights=w) / np.average(np.abs(y), weights=w)) if np.any(y != 0) else None,
        "smape": float(np.average([0 if a == b else 2 * abs(a - b) / (abs(a) + abs(b)) for a, b in zip(y, predicted)], weights=w)),
    }
    if np.all(y != 0):
        expected["mape"] = m.mean_absolute_percentage_error(y, predicted, **given)
    if np.any(y <= -1) or np.any(predicted <= -1):
        expected["rmsle"] = None
    return expected


def regression(name, y, predicted, weight=None):
    y = np.round(np.asarray(y, float), 6)
    predicted = np.round(np.asarray(predicted, float), 6)
    w, y, predicted = counted(weight, y, predicted)
    given = {"sample_weight": w}
    spread = len(set(y)) > 1
    expected = {
        **errors(y, predicted, w),
        "pinball": m.mean_pinball_loss(y, predicted, alpha=0.1, **given),
        "poisson_deviance": safe(lambda: m.mean_poisson_deviance(y, predicted, **given)),
        "gamma_deviance": safe(lambda: m.mean_gamma_deviance(y, predicted, **given)),
        "d2_absolute_error": m.d2_absolute_error_score(y, predicted, **given) if spread else None,
        "d2_pinball": m.d2_pinball_score(y, predicted, alpha=0.3, **given) if spread else None,
    }
    params = {"pinball": {"alpha": 0.1}, "d2_pinball": {"alpha": 0.3}}
    # far from zero a deviance keeps few digits in the reference and here
    if np.max(np.abs(y)) < 1e5:
        for power in (-1, 0, 1.5, 3):
            key = f"tweedie_{power}"
            expected[key] = safe(lambda: m.mean_tweedie_deviance(y, predicted, power=power, **given))
            params[key] = {"metric": "tweedie_deviance", "power": power}
        for power in (0, 1, 2):
            key = f"d2_tweedie_{power}"
            expected[key] = safe(lambda: m.d2_tweedie_score(y, predicted, power=power, **given)) if spread else None
            params[key] = {"metric": "d2_tweedie", "power": power}
    return {"name": name, "task": "regression", "y": y.tolist(), "predicted": predicted.tolist(), "params": params, "expected": {k: None if v is None else float(v) for k, v in expected.items()}}


def dirichlet(n, k, strength):
    y = rng.integers(0, k, n)
    alpha = np.ones((n, k)) + strength * np.eye(k)[y]
    return y, shares([rng.dirichlet(a) for a in alpha])


def noisy(n, share, skill):
    y = (rng.random(n) < share).astype(int)
    return y, 1 / (1 + np.exp(-(skill * (y - share) + rng.normal(size=n) + math.log(share / (1 - share)))))


if __name__ == "__main__":
    cases = [
        binary("random", *noisy(60, 0.4, 1.5)),
        binary("larger", *noisy(400, 0.2, 1)),
        binary("rare positives", *noisy(300, 0.03, 2)),
        binary("ties", (rng.random(120) < 0.5).astype(int), np.round(rng.random(120), 1)),
        binary("one score for all", [0, 1, 1, 0, 1], [0.6] * 5),
        binary("perfect", [0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]),
        binary("inverted", [1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9]),
        binary("zeros and ones", [0, 1, 0, 1, 1, 0], [0, 1, 1, 0, 1, 0]),
        binary("only positives", [1, 1, 1], [0.2, 0.7, 0.9]),
        binary("only negatives", [0, 0, 0], [0.2, 0.7, 0.9]),
        binary("nothing predicted", [0, 1, 1, 0], [0.1, 0.2, 0.3, 0.4]),
        binary("everything predicted", [0, 1, 1, 0], [0.6, 0.7, 0.8, 0.9]),
        binary("one row", [1], [0.9]),
        binary("labels apart from scores", (rng.random(80) < 0.5).astype(int), rng.random(80), (rng.random(80) < 0.3).astype(int)),
        multiclass("three classes", *dirichlet(120, 3, 1.5)),
        multiclass("five classes", *dirichlet(200, 5, 1)),
        multiclass("ties", rng.integers(0, 3, 60), shares(np.round(rng.dirichlet([1, 1, 1], 60) * 4 + 0.5))),
        multiclass("a class never predicted", rng.integers(0, 4, 80), shares(rng.dirichlet([3, 3, 3, 0.1], 80)), rng.integers(0, 3, 80)),
        multiclass("a class never true", rng.integers(0, 2, 50), shares(rng.dirichlet([1, 1, 1], 50))),
        multiclass("one class only", [2, 2, 2, 2], shares(rng.dirichlet([1, 1, 1], 4))),
        regression("random", (y := rng.normal(10, 3, 200)), y + rng.normal(0.3, 1, 200)),
        regression("skewed", (y := rng.lognormal(1, 1, 150)), y * rng.lognormal(0, 0.4, 150)),
        regression("with zeros and negatives", [0, 10, -10, 0, 3], [0, 12, -8, 1, 3]),
        regression("counts", (y := rng.poisson(2, 100)), y * 0.5 + 1),
        regression("constant truth", [5, 5, 5, 5], [4, 5, 6, 7]),
        regression("perfect", [1, 2, 3], [1, 2, 3]),
        regression("far from zero", (y := 1e6 + rng.normal(0, 1, 100)), y + rng.normal(0, 0.5, 100)),
        regression("one row", [3], [4]),
        regression("even count, ties", [1, 2, 3, 4], [2, 2, 5, 5]),
    ]

    out = Path(__file__).parents[2] / "test" / "reference" / "metrics.json"
    body = ",\n".join(json.dumps(case, allow_nan=False) for case in cases)
    out.write_text(f'{{"source": "scikit-learn {sklearn.__version__}, scripts/reference/metrics.py", "cases": [\n{body}\n]}}\n')
