"""Metrics that evaluate uses beside those of metrics.py, by scikit-learn, scipy and plain Python. How to run: common.py."""
import math
import warnings

import numpy as np
import sklearn
from scipy import integrate, stats
from sklearn import metrics as m
from sklearn.calibration import calibration_curve
from statsmodels.discrete.discrete_model import Logit
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.regression.linear_model import OLS

from common import Cases

rng = np.random.default_rng(20010103)
out = Cases(f"scikit-learn {sklearn.__version__}")
warnings.simplefilter("ignore")  # 0/0 is 0 in both

# --- one label per row ----------------------------------------------------------------------------------------------
for name, y, p in (
    ("balanced", rng.integers(0, 2, 60), rng.integers(0, 2, 60)), ("one positive", [0] * 30 + [1], [0] * 29 + [1, 1]), ("all right", [0, 1, 1], [0, 1, 1]), ("all wrong", [0, 1, 1], [1, 0, 0]),
    ("rare", (rng.random(500) < 0.01).astype(int), (rng.random(500) < 0.05).astype(int)),
):
    out.add("accuracy", f"binary: {name}", "binary_labels", {"y": y, "predicted": p}, {
        "accuracy": m.accuracy_score(y, p), "balanced_accuracy": m.balanced_accuracy_score(y, p), "precision": m.precision_score(y, p), "recall": m.recall_score(y, p),
        "f1": m.f1_score(y, p), "mcc": m.matthews_corrcoef(y, p), "kappa": m.cohen_kappa_score(y, p), "jaccard": m.jaccard_score(y, p),
    }, 1e-12, relative=False)
for k, n in ((3, 80), (7, 200), (2, 12)):
    y, p = rng.integers(0, k, n), rng.integers(0, k, n)
    p = np.where(rng.random(n) < 0.5, y, p)
    out.add("mcc", f"{k} classes, {n} rows", "multiclass_labels", {"y": y, "predicted": p}, {"mcc": m.matthews_corrcoef(y, p), "kappa": m.cohen_kappa_score(y, p), "accuracy": m.accuracy_score(y, p), "balanced_accuracy": m.balanced_accuracy_score(y, p)}, 1e-12, relative=False)
    labels = list(range(max(y.max(), p.max()) + 1))
    out.add("f1", f"f2, {k} classes, {n} rows", "fbeta", {"y": y, "predicted": p, "beta": 2}, {"per_class": m.fbeta_score(y, p, beta=2, average=None, labels=labels), **{a: m.fbeta_score(y, p, beta=2, average=a) for a in ("macro", "micro", "weighted")}}, 1e-12, relative=False)

# --- scores ---------------------------------------------------------------------------------------------------------
def scored(n, share, step):
    y = (rng.random(n) < share).astype(int)
    s = np.clip(rng.normal(0.4 + 0.2 * y, 0.25), 0.001, 0.999)
    return y, np.round(np.round(s / step) * step, 9)


for name, (y, s) in {"ties": scored(150, 0.4, 0.1), "no ties": scored(120, 0.3, 1e-6), "rare": scored(400, 0.02, 0.01), "two scores": scored(60, 0.5, 0.5), "one tie group": ([0, 1, 1, 0, 1], [0.5] * 5)}.items():
    out.add("auc", f"auc: {name}", "auc", {"y": y, "score": s}, {"auc": m.roc_auc_score(y, s), "flags": []}, 1e-12)
    out.add("ap", f"ap: {name}", "average_precision", {"y": y, "score": s}, {"ap": m.average_precision_score(y, s)}, 1e-12)
    s = np.clip(s, 0, 1)
    brier = m.brier_score_loss(y, s)
    prevalence = np.mean(y)
    clipped = np.clip(s, 2.0**-23, 1 - 2.0**-23)
    out.add("logloss", f"probabilities: {name}", "probabilities", {"y": y, "p": s}, {"log_loss": m.log_loss(y, clipped), "brier": brier, "brier_skill": 1 - brier / np.mean((np.array(y) - prevalence) ** 2)}, 1e-11, relative=False)
    p = np.clip(s, 0, 1)
    if name == "two scores":
        continue  # certain and wrong: no chance behind it, a case of its own in the unit test
    z = float(np.sum((y - p) * (1 - 2 * p)) / math.sqrt(np.sum((1 - 2 * p) ** 2 * p * (1 - p)))) if np.any((p != 0.5) & (p != 0) & (p != 1)) else 0.0
    out.add("calibration", f"spiegelhalter: {name}", "spiegelhalter", {"y": y, "p": p}, {"z": z, "p": 2 * stats.norm.sf(abs(z))}, 1e-9, relative=False)


# --- slope and intercept, bins, parts of the Brier score ------------------------------------------------------------------
lines = np.random.default_rng(20010104)  # of their own: cases after them stay what they are
for name, n, slope, intercept, weighted in (("calibrated", 400, 1, 0, False), ("too extreme", 300, 0.5, 0.2, False), ("too timid", 500, 2, -0.5, False), ("weighted", 200, 0.8, 0, True), ("rare", 2000, 1, -3, False)):
    x = np.round(lines.normal(0, 1.5, n), 3)
    p = np.round(1 / (1 + np.exp(-x)), 6)
    y = (lines.random(n) < 1 / (1 + np.exp(-(intercept + slope * x)))).astype(int)
    odds = np.log(p / (1 - p))
    design = np.column_stack([np.ones(n), odds])
    if weighted:
        weight = lines.integers(1, 4, n)
        fit = GLM(y, design, family=Binomial(), freq_weights=weight).fit(tol=1e-13)
        out.add("calibration", f"line: {name}", "calibration_line", {"y": y, "p": p, "weight": weight}, {"intercept": fit.params[0], "slope": fit.params[1]}, 1e-8, relative=False, source="statsmodels GLM")
    else:
        fit = Logit(y, design).fit(disp=0, tol=1e-13)
        out.add("calibration", f"line: {name}", "calibration_line", {"y": y, "p": p}, {"intercept": fit.params[0], "slope": fit.params[1], "interceptError": fit.bse[0], "slopeError": fit.bse[1]}, 1e-8, relative=False, source="statsmodels Logit")
    if weighted or n > 500:
        continue
    for binning, strategy in (("width", "uniform"), ("mass", "quantile")):
        k = 10
        ends = np.unique(np.quantile(p, np.arange(1, k) / k, method="inverted_cdf"))
        bin_of = np.searchsorted(np.arange(1, k) / k if binning == "width" else ends, p, side="left")
        used = np.unique(bin_of)
        rows = np.array([np.sum(bin_of == b) for b in used])
        mean, observed = (np.array([np.mean(v[bin_of == b]) for b in used]) for v in (p, y))
        if binning == "width":
            true, predicted = calibration_curve(y, p, n_bins=k, strategy=strategy)
            assert np.allclose(true, observed) and np.allclose(predicted, mean)
        share = rows / n
        base = np.mean(y)
        reliability, resolution, uncertainty = np.sum(share * (mean - observed) ** 2), np.sum(share * (observed - base) ** 2), base * (1 - base)
        out.add("calibration", f"bins of equal {binning}: {name}", "calibration_bins", {"y": y, "p": p, "bins": k, "binning": binning}, {
            "rows": rows, "mean": mean, "observed": observed, "error": np.sum(share * abs(mean - observed)), "reliability": reliability, "resolution": resolution,
            "uncertainty": uncertainty, "within": m.brier_score_loss(y, p) - (reliability - resolution + uncertainty),
        }, 1e-12, relative=False, source="numpy; width: scikit-learn calibration_curve; Murphy 1973")


def half_normal(bins):
    """E|mean of n Bernoulli(p) − p| by the exact binomial law, then the approximation's own error is the tolerance."""
    rows = sum(n for n, _ in bins)
    total = 0.0
    for n, p in bins:
        k = np.arange(n + 1)
        total += n * np.sum(np.abs(k / n - p) * stats.binom.pmf(k, n, p))
    return total / rows


for name, bins in {"15 bins of 200": [(200, (j + 0.5) / 15) for j in range(15)], "sure bins": [(500, 0.02), (400, 0.97), (0, 0.5)], "2,000 rows a bin": [(2000, 0.1), (2000, 0.6)]}.items():
    out.add("calibration", f"expected: {name}", "expected_calibration_error", {"rows": [n for n, _ in bins], "means": [p for _, p in bins]}, {"expected": half_normal([b for b in bins if b[0]])}, 0.03, source="exact binomial law; the half-normal approximation is within 3 %")

# --- several labels -------------------------------------------------------------------------------------------------
def labels(name, n, k, share):
    y = (rng.random((n, k)) < share).astype(int)
    p = np.where(rng.random((n, k)) < 0.7, y, 1 - y)
    s = np.round(np.clip(rng.normal(0.3 + 0.4 * y, 0.25), 0, 1), 1 if "ties" in name else 6)
    if "empty rows" in name:
        y[:5], p[:5] = 0, 0
    if "all labels" in name:
        y[:4] = 1
    if "never" in name:
        y[:, 0], p[:, 0] = 0, 0
    expected = {"subset_accuracy": m.accuracy_score(y, p), "hamming_loss": m.hamming_loss(y, p)}
    for average in ("micro", "macro", "weighted", "samples"):
        expected[f"{average}_f1"] = m.f1_score(y, p, average=average, zero_division=0)
        expected[f"{average}_jaccard"] = m.jaccard_score(y, p, average=average, zero_division=0)
    expected["samples_precision"] = m.precision_score(y, p, average="samples", zero_division=0)
    expected["samples_recall"] = m.recall_score(y, p, average="samples", zero_division=0)
    expected["lrap"] = m.label_ranking_average_precision_score(y, s)
    expected["coverage_error"] = m.coverage_error(y, s)
    expected["ranking_loss"] = m.label_ranking_loss(y, s)
    out.add("multilabel", f"multilabel: {name}", "multilabel", {"y": y, "predicted": p, "score": s}, expected, 1e-12, relative=False)


labels("five labels", 40, 5, 0.3)
labels("ties", 40, 6, 0.4)
labels("empty rows", 30, 4, 0.2)
labels("all labels in some rows", 25, 4, 0.5)
labels("a label that never occurs", 25, 4, 0.4)
labels("one row", 1, 3, 0.5)
labels("two labels", 20, 2, 0.5)

# --- rankings -------------------------------------------------------------------------------------------------------
def query(name, relevance, score, k):
    relevance, score = np.array(relevance, float), np.array(score, float)
    order = sorted(range(len(score)), key=lambda i: (-score[i], relevance[i]))
    hits = [relevance[i] > 0 for i in order]
    depth = len(hits) if k is None else min(k, len(hits))
    relevant = sum(hits)
    if relevant == 0:
        expected = {key: None for key in ("ndcg", "average_precision", "reciprocal_rank", "precision", "recall", "hit")}
    else:
        first = hits.index(True)
        expected = {
            "ndcg": m.ndcg_score([relevance], [score], k=k) if len(score) > 1 else 1.0,
            "average_precision": sum(sum(hits[: r + 1]) / (r + 1) for r in range(depth) if hits[r]) / min(relevant, k or relevant),
            "reciprocal_rank": 1 / (first + 1) if first < depth else 0,
            "precision": sum(hits[:depth]) / (k or depth), "recall": sum(hits[:depth]) / relevant, "hit": float(any(hits[:depth])),
        }
        if k is None and len(set(score)) == len(score) and set(relevance) <= {0, 1}:
            assert abs(expected["average_precision"] - m.average_precision_score(relevance, score)) < 1e-12
    out.add("ranking", f"query: {name}", "query", {"relevance": relevance, "score": score, "k": k}, expected, 1e-12, relative=False, source=f"{out.source} (NDCG); plain Python, checked against average_precision_score")


query("binary, no ties", rng.integers(0, 2, 30), rng.normal(size=30), None)
query("graded", rng.integers(0, 5, 25), rng.normal(size=25), None)
query("graded, at 5", rng.integers(0, 5, 25), rng.normal(size=25), 5)
query("tied scores, at 4", rng.integers(0, 4, 20), rng.integers(0, 4, 20), 4)
query("one score for all, at 3", [0, 2, 0, 1, 0, 0], [0.5] * 6, 3)
query("nothing relevant", [0, 0, 0], [3, 2, 1], 2)
query("relevant beyond k", [0, 0, 0, 1], [4, 3, 2, 1], 2)
query("k beyond the list", [1, 0, 1], [3, 2, 1], 10)
query("one item", [1], [0.2], 1)
out.add("ranking", "lists: three queries", "query_lists", {"queries": [[1, 0, 1, 1], [0, 0, 1, 0], [0, 1, 0, 0]], "k": 3}, {"mrr": (1 + 1 / 3 + 1 / 2) / 3, "map": ((1 + 2 / 3 + 3 / 4) / 3 + 1 / 3 + 1 / 2) / 3, "precision_at_k": (2 / 3 + 1 / 3 + 1 / 3) / 3}, 1e-12, source="by hand")
r, s = rng.integers(0, 4, 15), np.round(rng.random(15), 1)
out.add("ranking", "ndcg: ties, at 7", "ndcg", {"relevance": r, "score": s, "k": 7}, {"ndcg": m.ndcg_score([r], [s], k=7)}, 1e-12)

# --- numbers --------------------------------------------------------------------------------------------------------
for name, y in (("far from zero", 1e7 + rng.normal(0, 3, 60)), ("mixed signs", rng.normal(0, 5, 80)), ("heavy tail", rng.standard_cauchy(70)), ("two rows", np.array([1.0, 4.0]))):
    y = np.round(y, 6)
    p = np.round(y + rng.normal(0, 1, len(y)), 6)
    out.add("regression", f"numbers: {name}", "regression", {"y": y, "predicted": p, "alpha": 0.9}, {
        "mae": m.mean_absolute_error(y, p), "rmse": m.root_mean_squared_error(y, p), "r2": m.r2_score(y, p), "explained_variance": m.explained_variance_score(y, p), "pinball": m.mean_pinball_loss(y, p, alpha=0.9),
        "mape": m.mean_absolute_percentage_error(y, p), "mape_left_out": 0, "wape": float(np.abs(y - p).sum() / np.abs(y).sum()), "smape": float(np.mean(2 * np.abs(y - p) / (np.abs(y) + np.abs(p)))),
    }, 1e-9, relative=False)

# --- forecasts ------------------------------------------------------------------------------------------------------
def hln(d, h):
    d = np.asarray(d, float)
    n = len(d)
    g = [np.sum((d[k:] - d.mean()) * (d[: n - k] - d.mean())) / n for k in range(h)]
    v = (g[0] + 2 * sum(g[1:])) / n
    if v <= 0:
        v = (g[0] + 2 * sum((1 - k / h) * g[k] for k in range(1, h))) / n
        # the same long-run variance by a regression on a constant with Newey and West's errors
        assert abs(OLS(d, np.ones(n)).fit(cov_type="HAC", cov_kwds={"maxlags": h - 1}).bse[0] ** 2 - v) < 1e-12 * max(1, v)
    dm = d.mean() / math.sqrt(v)
    t = dm * math.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    return {"dm": dm, "hln": t, "p": 2 * stats.t.sf(abs(t), n - 1), "se": d.mean() / t}


noise = rng.normal(0, 1, 400)
for name, d, h in (
    ("one step is a paired t-test", rng.normal(0.2, 1, 40), 1), ("three steps", np.convolve(noise, [1, 0.8, 0.5], "valid")[:120] + 0.3, 3), ("no difference", rng.normal(0, 1, 200), 2),
    ("a variance that comes out negative", [1.0, -1.1, 0.9, -1.0, 1.05, -0.95, 1.0, -1.02, 0.3, -0.9], 3), ("large numbers", 1e6 + rng.normal(0, 1, 30), 4), ("far apart", rng.normal(3, 0.1, 60), 2),
):
    d = np.round(d, 9)
    expected = hln(d, h)
    if h == 1:
        t = stats.ttest_1samp(d, 0)
        assert abs(t.statistic - expected["hln"]) < 1e-10 and abs(t.pvalue - expected["p"]) < 1e-12
    out.add("forecast", f"diebold-mariano: {name}", "diebold_mariano", {"differences": d, "horizon": h}, expected, 1e-8, source="numpy; scipy ttest_1samp for one step, statsmodels OLS with HAC errors for Bartlett's weights")

for season, lengths in ((1, [40]), (7, [60, 21]), (12, [13])):
    series = [np.round(np.cumsum(rng.normal(size=n)), 6) for n in lengths]
    steps = np.concatenate([one[season:] - one[:-season] for one in series])
    out.add("forecast", f"scaled errors: season {season}", "naive_forecast", {"series": series, "season": season, "mae": 1.3, "mse": 2.9}, {"mase": 1.3 / np.abs(steps).mean(), "rmsse": math.sqrt(2.9 / np.mean(steps**2))}, 1e-11, source="numpy")
out.add("forecast", "scaled errors: a series that repeats itself", "naive_forecast", {"series": [[1, 2, 1, 2, 1, 2]], "season": 2, "mae": 1, "mse": 1}, {"mase": None, "rmsse": None}, source="a scale of 0")
y = np.round(rng.normal(size=40), 6)
low, high = np.round(y - rng.exponential(1, 40) + 0.3, 6), np.round(y + rng.exponential(1, 40) + 0.3, 6)
high = np.maximum(low, high)
out.add("forecast", "interval", "interval_forecast", {"y": y, "lower": low, "upper": high}, {"coverage": np.mean((low <= y) & (y <= high)), "width": np.mean(high - low)}, 1e-12, source="numpy")
levels = np.round((np.arange(199) + 0.5) / 199, 9)
truths = [-2.1, 0.0, 0.4, 1.9]


def crps_normal(x):
    return integrate.quad(lambda t: (stats.norm.cdf(t) - (t >= x)) ** 2, -9, 9, points=[x], epsabs=1e-12)[0]


out.add("forecast", "crps of a normal forecast", "crps", {"y": truths, "quantiles": [stats.norm.ppf(levels)] * 4, "levels": levels}, {"crps": [crps_normal(x) for x in truths]}, 0.01, relative=False, source="scipy quad; 199 levels approximate the integral to 1e-2")

# --- money and groups -----------------------------------------------------------------------------------------------
for name, v in {"a wrong yes is cheap": (10, -1, 0, 0), "a miss is dear": (0, -1, -100, 0), "never pays": (-5, -10, 0, 0), "always pays": (3, 2, 0, 0), "turned around": (-5, 4, 0, 0), "accuracy": (1, 0, 0, 1)}.items():
    tp, fp, fn, tn = v
    grid = np.linspace(0, 1, 100_001)
    yes, no = grid * tp + (1 - grid) * fp, grid * fn + (1 - grid) * tn
    pays = grid[yes >= no - 1e-12]
    if len(pays) == 0:
        t = 1.0
    elif yes[-1] < no[-1] - 1e-12:
        t = None  # pays for the unlikely ones only
    else:
        t = float(pays[0])
    out.add("value", f"threshold: {name}", "value_threshold", {"value": dict(zip(("tp", "fp", "fn", "tn"), v))}, {"threshold": t}, 2e-5, relative=False, source="the first of 100,001 thresholds at which a yes pays")


def group(n, share, said):
    y = (rng.random(n) < share).astype(int)
    return y, np.where(rng.random(n) < 0.8, y, (rng.random(n) < said).astype(int))


for name, parts in {"three groups": [group(300, 0.3, 0.2), group(120, 0.5, 0.6), group(60, 0.4, 0.3)], "a group without positives": [group(80, 0, 0.2), group(90, 0.5, 0.5), group(70, 0.4, 0.5)]}.items():
    counts, rates = [], {"selection": [], "tpr": [], "fpr": [], "precision": [], "accuracy": []}
    for y, p in parts:
        tn, fp, fn, tp = m.confusion_matrix(y, p, labels=[0, 1]).ravel()
        counts.append({"n": len(y), "positives": tp + fn, "predicted": tp + fp, "hits": tp})
        rates["selection"].append((tp + fp) / len(y))
        if tp + fn:
            rates["tpr"].append(tp / (tp + fn))
        rates["fpr"].append(fp / (fp + tn))
        if tp + fp:
            rates["precision"].append(tp / (tp + fp))
        rates["accuracy"].append((tp + tn) / len(y))
    gap = {key: max(v) - min(v) for key, v in rates.items()}
    out.add("fairness", f"groups: {name}", "fairness", {"groups": counts}, {
        "demographic_parity_difference": gap["selection"], "demographic_parity_ratio": min(rates["selection"]) / max(rates["selection"]), "equal_opportunity_difference": gap["tpr"],
        "equalized_odds_difference": max(gap["tpr"], gap["fpr"]), "precision_difference": gap["precision"], "accuracy_difference": gap["accuracy"], "fnr_difference": gap["tpr"],
    }, 1e-12, relative=False)

out.write("metrics", "1e-12 where a metric is a ratio of counts; 1e-11 to 1e-8 where logarithms or variances are summed in another order; more only where the reference itself is an approximation, and then the case says so")
