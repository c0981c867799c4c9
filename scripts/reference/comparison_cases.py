"""Intervals, paired tests and sample sizes by scipy, statsmodels and brute force. How to run: common.py."""
import math

import numpy as np
import scipy
import scipy.fft
from scipy import optimize, stats
from sklearn.metrics import average_precision_score
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from common import Cases

rng = np.random.default_rng(20010104)
out = Cases(f"scipy {scipy.__version__}")

# --- proportions ----------------------------------------------------------------------------------------------------
for k, n, level in ((0, 1, 0.975), (1, 1, 0.975), (0, 20, 0.95), (20, 20, 0.975), (1, 30, 0.975), (81, 263, 0.975), (15, 148, 0.995), (999_990, 1_000_000, 0.975), (3, 10**6, 0.99)):
    alpha = 2 * (1 - level)
    w, cp = proportion_confint(k, n, alpha, "wilson"), proportion_confint(k, n, alpha, "beta")
    w = (0.0 if k == 0 else w[0], 1.0 if k == n else w[1])
    cp = (0.0 if k == 0 else cp[0], 1.0 if k == n else cp[1])
    out.add("interval", f"{k} of {n} at {level}", "proportion_interval", {"k": k, "n": n, "level": level}, {"wilson": w, "clopper_pearson": cp}, 1e-9, source="statsmodels proportion_confint")
for k, n, l, m in ((56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (5, 56, 0, 29), (1, 10_000, 7, 9000)):
    out.add("interval", f"difference of {k}/{n} and {l}/{m}", "newcombe", {"k": k, "n": n, "l": l, "m": m, "level": 0.975}, {"bounds": confint_proportions_2indep(k, n, l, m, method="newcomb")}, 1e-9, relative=False, source="statsmodels; first four: Newcombe 1998b, table II")

# --- paired yes or no -----------------------------------------------------------------------------------------------
for b, c, n in ((5, 12, 100), (0, 6, 50), (6, 0, 50), (40, 41, 1000), (0, 0, 30), (300, 420, 5000), (1, 0, 1), (12, 12, 24)):
    m = b + c
    # mid-p, one-sided: the second is worse
    worse = stats.binom.sf(b, m, 0.5) + 0.5 * stats.binom.pmf(b, m, 0.5) if m else 0.5
    better = stats.binom.sf(c, m, 0.5) + 0.5 * stats.binom.pmf(c, m, 0.5) if m else 0.5
    exact = mcnemar([[n - m, b], [c, 0]], exact=True).pvalue if m else 1.0
    expected = {"exact": min(1, exact), "midp": min(1, 2 * min(worse, better)), "worse": worse, "diff": (c - b) / n if m else 0}
    entry = {"b": b, "c": c, "n": n}
    if m:
        def upper(theta, k):
            return stats.binom.sf(k - 1, m, theta) - 0.5 * stats.binom.pmf(k, m, theta)
        low = 0.0 if c == 0 else optimize.brentq(lambda t: upper(t, c) - 0.05, 1e-12, 1 - 1e-12, xtol=1e-15)
        high = 1.0 if b == 0 else optimize.brentq(lambda t: upper(t, c) - 0.95, 1e-12, 1 - 1e-12, xtol=1e-15)
        entry["level"] = 0.95
        expected["bounds"] = [(2 * low - 1) * m / n, (2 * high - 1) * m / n]
    out.add("paired", f"mcnemar: {b}, {c} of {n}", "mcnemar", entry, expected, 1e-10, relative=False, source="statsmodels mcnemar; scipy binom; brentq for the bounds")


def tango(b, c, n, at):
    """The score test from its definition: the likelihood of (b, c, rest) is maximised under p_c − p_b = at by a search."""
    def score(q):  # derivative of the log-likelihood; q = p_b
        return b / q + c / (q + at) - 2 * (n - b - c) / (1 - 2 * q - at)
    low, high = max(0.0, -at) + 1e-15, (1 - at) / 2 - 1e-15
    if b + c == 0 or (b == 0 and at > 0) or (c == 0 and at < 0):
        q = low - 1e-15 if score(low) <= 0 else optimize.brentq(score, low, high, xtol=1e-16)
    else:
        q = optimize.brentq(score, low, high, xtol=1e-16)
    return (c - b - n * at) / math.sqrt(n * (2 * q + at * (1 - at)))


for b, c, n, at in ((12, 5, 100, -0.02), (12, 5, 100, 0.05), (0, 7, 80, -0.01), (40, 60, 2000, 0.0), (3, 0, 44, -0.1), (500, 520, 10_000, 0.01), (1, 1, 20, 0.3)):
    z = tango(b, c, n, at)
    entry, expected = {"b": b, "c": c, "n": n, "at": at}, {"z": z, "p_worse_than_margin": stats.norm.cdf(z)}
    if b > 0 and c > 0:
        zc = stats.norm.ppf(0.95)
        lo = optimize.brentq(lambda d: tango(b, c, n, d) - zc, -0.9, (c - b) / n, xtol=1e-13)
        hi = optimize.brentq(lambda d: tango(b, c, n, d) + zc, (c - b) / n, 0.9, xtol=1e-13)
        entry["level"], expected["bounds"] = 0.95, [lo, hi]
    out.add("paired", f"tango: {b}, {c} of {n} at {at}", "tango", entry, expected, 1e-7, relative=False, source="constrained likelihood maximised by brentq")

# --- means ----------------------------------------------------------------------------------------------------------
for name, x in {"normal": rng.normal(0.01, 1, 200), "skewed": rng.lognormal(0, 1.5, 80), "two rows": np.array([0.1, 0.4]), "an offset": 1e6 + rng.normal(0, 0.1, 50), "mostly zero": np.where(rng.random(120) < 0.95, 0, 1.0)}.items():
    x = np.round(x, 9)
    t = stats.ttest_1samp(x, x.mean() + 0.3 * x.std(ddof=1) / math.sqrt(len(x)), alternative="less")
    out.add("paired", f"mean: {name}", "mean", {"values": x, "level": 0.975, "at": x.mean() + 0.3 * x.std(ddof=1) / math.sqrt(len(x))}, {
        "mean": x.mean(), "se": stats.sem(x), "skewness": stats.skew(x), "bounds": stats.t.interval(0.95, len(x) - 1, x.mean(), stats.sem(x)), "p_below": stats.t.sf(0.3, len(x) - 1),
    }, 1e-8, relative=False)

# --- areas under curves ---------------------------------------------------------------------------------------------
def areas(y, scores):
    """DeLong by the definition, every positive against every negative."""
    parts = []
    for s in scores:
        pos, neg = s[y == 1], s[y == 0]
        wins = (pos[:, None] > neg) + 0.5 * (pos[:, None] == neg)
        parts.append((wins.mean(), wins.mean(axis=1), wins.mean(axis=0)))
    cov = np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            for side in (1, 2):
                a, b = parts[i][side], parts[j][side]
                if len(a) > 1:
                    cov[i, j] += np.sum((a - a.mean()) * (b - b.mean())) / (len(a) - 1) / len(a)
    return [p[0] for p in parts], cov


def curve(n, share, gain, digits):
    y = (rng.random(n) < share).astype(int)
    y[:2] = 0, 1
    return y, np.round(rng.normal(y * 0.8, 1), digits), np.round(rng.normal(y * gain, 1), digits)


for name, (y, a, b) in {"no ties": curve(120, 0.4, 1.0, 9), "many ties": curve(200, 0.3, 0.5, 0), "one positive": (np.array([0] * 12 + [1]), np.arange(13) % 7 * 1.0, np.arange(13) % 5 * 1.0), "rare": curve(600, 0.01, 1.5, 2), "the same model": (np.tile([0, 1, 1], 20), np.arange(60.0) % 11, np.arange(60.0) % 11)}.items():
    auc, cov = areas(y, (a, b))
    var = cov[0, 0] + cov[1, 1] - 2 * cov[0, 1]
    z = 0.0 if auc[0] == auc[1] else (auc[0] - auc[1]) / math.sqrt(var)
    out.add("delong", f"delong: {name}", "delong", {"y": y, "first": a, "second": b}, {"auc": auc, "cov": cov, "z": z, "p": 2 * stats.norm.sf(abs(z))}, 1e-10, relative=False, source="the definition, all pairs, numpy")

# --- rows -----------------------------------------------------------------------------------------------------------
def search(enough):
    """Smallest n, not from the formula: the power itself is evaluated."""
    low, high = 1, 1
    while not enough(high):
        high *= 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


for p, d, alpha, power in ((0.05, 0.01, 0.05, 0.8), (0.1, 0.05, 0.05, 0.8), (0.1, 0.01, 0.025, 0.9), (0.3, 0.002, 0.05, 0.8)):
    # power of the score test: its null standard error is √(p/n), the true one √((p − d²)/n)
    n = search(lambda n: stats.norm.cdf((d * math.sqrt(n) - stats.norm.isf(alpha) * math.sqrt(p)) / math.sqrt(p - d * d)) >= power)
    out.add("sample_size", f"connor: {p}, {d}, {alpha}, {power}", "connor", {"disagreement": p, "delta": d, "alpha": alpha, "power": power}, {"n": n}, 0, source="search on the power")
for rows, se, d in ((800, 0.01, 0.01), (5000, 0.002, 0.0005), (100, 0.1, -0.2)):
    n = search(lambda n: stats.norm.cdf(abs(d) / (se * math.sqrt(rows / n)) - stats.norm.isf(0.05)) >= 0.8)
    out.add("sample_size", f"rows: {rows}, {se}, {d}", "rows_needed", {"rows": rows, "se": se, "delta": d, "alpha": 0.05, "power": 0.8}, {"n": n}, 0, source="search on the power")
for eps, delta, uses in ((0.01, 0.01, 1), (0.025, 0.01, 32), (0.02, 0.05, 8)):
    out.add("sample_size", f"hoeffding: {eps}, {delta}, {uses}", "hoeffding", {"epsilon": eps, "delta": delta, "uses": uses}, {
        "non_adaptive": search(lambda n: uses * math.exp(-2 * n * eps**2) <= delta), "adaptive": search(lambda n: uses * math.log(2) - 2 * n * eps**2 <= math.log(delta)),
    }, 0, source="search on Hoeffding's bound")
h = np.arange(1, 200_001)
spent = 0.05 * 6 / math.pi**2 / h**2
assert abs(spent.sum() + 0.05 * 6 / math.pi**2 / (h[-1] + 0.5) - 0.05) < 1e-9
out.add("reuse", "levels of fifty uses", "alpha_spending", {"alpha": 0.05, "uses": h[:50]}, {"basel": spent[:50]}, 1e-14, source="numpy; the series adds up to the level")

# --- slices ---------------------------------------------------------------------------------------------------------
for name, a, b in (("a worse slice", rng.exponential(0.5, 60), rng.exponential(0.3, 400)), ("a tiny slice", rng.normal(0, 1, 2), rng.normal(0, 1, 5)), ("no difference", np.tile([0.0, 1.0], 40), np.tile([0.0, 1.0], 300)), ("far worse", rng.normal(9, 1, 300), rng.normal(0, 3, 300))):
    t = stats.ttest_ind(a, b, equal_var=False, alternative="greater")
    of = lambda x: {"n": len(x), "mean": x.mean(), "sd": x.std(ddof=1)}
    out.add("slices", f"effect: {name}", "slice_effect", {"slice": of(a), "rest": of(b)}, {"t": t.statistic, "df": t.df, "p": t.pvalue, "phi": math.sqrt(2) * (a.mean() - b.mean()) / math.hypot(a.std(ddof=1), b.std(ddof=1))}, 1e-9)
for name, values in (("slices that differ", [0.9, 0.7, 0.85, 0.6, 0.95]), ("slices that do not", [0.8, 0.801, 0.799, 0.8, 0.8])):
    n = np.array([200, 60, 500, 90, 1000])
    variance = 0.16
    found = combine_effects(np.array(values), variance / n, method_re="dl")
    whole = float(np.sum(n * values) / n.sum())
    tau2 = max(0.0, found.tau2)
    shrunk = [whole if tau2 == 0 else (tau2 * v + variance / k * whole) / (tau2 + variance / k) for v, k in zip(values, n)]
    out.add("slices", f"shrunk: {name}", "shrunk", {"slices": [{"n": k, "value": v, "variance": variance} for v, k in zip(values, n)], "whole": whole}, {"values": shrunk}, 1e-10, source="statsmodels combine_effects, DerSimonian and Laird")

# --- quantiles ------------------------------------------------------------------------------------------------------
for n, q, level in ((200, 0.5, 0.975), (200, 0.99, 0.975), (59, 0.95, 0.975), (10, 0.95, 0.95), (5000, 0.95, 0.995), (1, 0.5, 0.975), (100_000, 0.999, 0.95)):
    low, high = int(stats.binom.ppf(1 - level, n, q)), int(stats.binom.ppf(level, n, q)) + 1
    coverage = stats.binom.cdf(high - 1, n, q) - stats.binom.cdf(low - 1, n, q)
    out.add("latency", f"ranks: {n}, {q}, {level}", "quantile_ranks", {"n": n, "q": q, "level": level}, {"lower": low or None, "upper": high if high <= n else None, "coverage": coverage}, 1e-10)

# --- bootstrap ------------------------------------------------------------------------------------------------------
x = np.round(rng.gamma(2, 3, 40), 3)
found = stats.bootstrap((x,), lambda s, axis: np.var(s, axis=axis), n_resamples=200_000, method="BCa", confidence_level=0.95, rng=rng, batch=5000, vectorized=True)
left = np.array([np.var(np.delete(x, i)) for i in range(len(x))])
d = left.mean() - left
acceleration = np.sum(d**3) / (6 * np.sum(d**2) ** 1.5)
out.add("bootstrap", "estimate and acceleration of a variance", "bca_variance", {"values": x}, {"estimate": np.var(x), "jackknife_acceleration": acceleration}, 1e-10)
ci = found.confidence_interval
out.add("bootstrap", "bca bounds of a variance", "bca_variance", {"values": x}, {"bca_ci95_200k": [ci.low, ci.high]}, 0.02, source="scipy bootstrap, BCa, 200,000 draws against our 50,000: the ends of both wander by about 1 %")
cells = {"y1_b1_c1": 30, "y1_b1_c0": 6, "y1_b0_c1": 9, "y1_b0_c0": 5, "y0_b0_c0": 400, "y0_b0_c1": 12, "y0_b1_c0": 3, "y0_b1_c1": 4}
keys, counts = list(cells), np.array(list(cells.values()))
draws = rng.multinomial(counts.sum(), counts / counts.sum(), 400_000)


def f1(table, model):
    tp = sum(table[:, i] for i, k in enumerate(keys) if "y1" in k and f"{model}1" in k)
    wrong = sum(table[:, i] for i, k in enumerate(keys) if ("y1" in k) != (f"{model}1" in k))
    return 2 * tp / (2 * tp + wrong)


out.add("bootstrap", "standard error of a change of f1", "f1_cells", {"cells": cells}, {"se_bootstrap_200k": np.std(f1(draws, "c") - f1(draws, "b"), ddof=1)}, 0.035, source="numpy, 400,000 draws; ours are 4,000, whose standard error is known to 1.1 %")

# --- means that lean, means over time -------------------------------------------------------------------------------
own = np.random.default_rng(19920104)
for name, x in {"lognormal": own.lognormal(0, 1, 50), "leans down": -own.gamma(0.5, 2, 30), "hardly leans": own.normal(3, 1, 200), "a rare loss": np.where(own.random(60) < 0.05, 40.0, 0.1)}.items():
    x = np.round(x, 9)
    a, t = stats.skew(x) / math.sqrt(len(x)), stats.t.ppf(0.975, len(x) - 1)

    def transformed(mu):  # Hall's g, whose roots are the bounds; ours is its inverse
        q = (x.mean() - mu) * math.sqrt(len(x)) / x.std(ddof=1)
        return q + a * q**2 / 3 + a**2 * q**3 / 27 + a / 6
    reach = 1e4 * x.std(ddof=1)
    bounds = [optimize.brentq(lambda mu: transformed(mu) - z, x.mean() - reach, x.mean() + reach, xtol=1e-13) for z in (t, -t)]
    out.add("mean", f"skewed: {name}", "skew_mean", {"values": x, "level": 0.975}, {"bounds": bounds}, 1e-7, source="Hall 1992, g solved by brentq")
for steps, phi in ((50, 0.8), (200, 0.5), (7, 0.0)):
    noise = own.normal(size=steps)
    x = np.zeros(steps)
    for i in range(steps):
        x[i] = 0.4 + phi * (x[i - 1] if i else 0) + noise[i]
    x = np.round(x, 9)
    waves = int(0.4 * steps ** (2 / 3))
    # the orthonormal cosine transform is what Lazarus et al. sum by hand
    coefficients = scipy.fft.dct(x, type=2, norm="ortho")[1:waves + 1]
    out.add("mean", f"over {steps} steps", "cosine_mean", {"values": x}, {"mean": x.mean(), "df": waves, "se": math.sqrt(np.mean(coefficients**2) / steps)}, 1e-10, source="Lazarus, Lewis, Stock & Watson 2018; scipy dct")

# --- rows that would show a change, as the details of two models on the same rows say -------------------------------------------
own = np.random.default_rng(19870201)


def by_connor(p, d):
    return search(lambda n: stats.norm.cdf((d * math.sqrt(n) - stats.norm.isf(0.05) * math.sqrt(p)) / math.sqrt(p - d * d)) >= 0.8)


def by_error(se, counted, d):
    return search(lambda n: stats.norm.cdf(d / (se * math.sqrt(counted / n)) - stats.norm.isf(0.05)) >= 0.8)


def needs(name, metric, inputs, margin, n, source):
    out.add("rows_of_change", f"{metric}: {name}", "rows_of_change", {"metric": metric, "margin": margin, **inputs}, {"rows_needed": n}, 0, source=source)


y = (own.random(150) < 0.4).astype(int)
before = np.where(own.random(150) < 0.85, y, 1 - y)
after = np.where(own.random(150) < 0.12, 1 - before, before)
wrong = before != after
labels = {"y": y, "before": before, "after": after}
needs("labels", "accuracy", labels, 0.01, by_connor(wrong.mean(), 0.01), "Connor's power, searched")
# of the positives alone, and as many rows again as there are to one of them
needs("labels", "recall", labels, 0.02, math.ceil(by_connor(wrong[y == 1].mean(), 0.02) * 150 / y.sum()), "Connor's power, searched")
group = np.repeat(np.arange(50), 3)
sums = np.bincount(group, ((after == y).astype(int) - (before == y))) / 3
needs("fifty groups", "accuracy", {**labels, "group": group}, 0.02, by_error(stats.sem(sums), 50, 0.02), "scipy sem of the groups")

score = np.round(1 / (1 + np.exp(-own.normal(1.5 * y - 0.5, 1))), 6)
other = np.round(1 / (1 + np.exp(-(np.log(score / (1 - score)) + own.normal(0, 0.4, 150)))), 6)
scored = {"y": y, "before": score, "after": other}
(_, cov) = areas(y, (score, other))
needs("scores", "roc_auc", scored, 0.01, by_error(math.sqrt(cov[0, 0] + cov[1, 1] - 2 * cov[0, 1]), 150, 0.01), "DeLong by all pairs, numpy")
needs("scores", "brier", scored, 0.002, by_error(stats.sem((other - y) ** 2 - (score - y) ** 2), 150, 0.002), "scipy sem of the differences")
# three rows differ: each by its effect, as a part of the largest that one could have
few = np.where(np.isin(np.arange(150), (3, 50, 97)), 1 - score, score)
losses = np.concatenate([(few - y) ** 2, (score - y) ** 2])
largest = losses.max() - losses.min()
effects = ((few - y) ** 2 - (score - y) ** 2) / largest
needs("three rows that differ", "brier", {"y": y, "before": score, "after": np.round(few, 6)}, 0.002, by_connor(np.mean(effects**2), 0.002 / largest), "Connor's power with effects, searched")

amount = np.round(own.normal(50, 10, 80), 4)
first, second = (np.round(amount + own.normal(0, s, 80), 4) for s in (2, 2.2))
errors = np.abs(second - amount) - np.abs(first - amount)
needs("amounts", "mae", {"y": amount, "before": first, "after": second}, 0.1, by_error(stats.sem(errors), 80, 0.1), "scipy sem of the differences")

# --- how far down a change may be: areas that end at 1, and changes that few queries carry ---------------------------------------
own = np.random.default_rng(3)
y = (own.random(200) < 0.3).astype(int)
shared = 3.5 * y + own.normal(size=200)
# of such models the second is worse by 1.6 points, and these rows are kind to it
before, after = (np.round(shared + s * own.normal(size=200), 6) for s in (0.3, 0.6))
precision = [average_precision_score(y, s) for s in (before, after)]
drawn = np.array([[average_precision_score(y[i], s[i]) for s in (before, after)] for i in (own.integers(0, 200, 200) for _ in range(20_000))])
se, both, t = drawn.std(axis=0, ddof=1), np.diff(drawn).std(ddof=1), stats.t.ppf(0.95, y.sum() - 1)
correlation = (se @ se - both**2) / (2 * se.prod())
ends = stats.logistic.cdf(stats.logistic.ppf(precision) + np.array([1, -1]) * t * se / np.multiply(precision, np.subtract(1, precision)))
up, down = ends[0] - precision[0], precision[1] - ends[1]
lower = precision[1] - precision[0] - math.sqrt(down**2 + up**2 - 2 * correlation * down * up)
out.add("paired", "average precision near 1", "lower_of_change", {"metric": "pr_auc", "y": y, "before": before, "after": after, "level": 0.95}, {"value": precision[1] - precision[0], "lower": lower}, 0.06, source="scikit-learn, 20,000 draws by numpy against our 2,000, both intervals by scipy's logistic, put together as Zou & Donner 2008 do; the ends wander by about 2 %")
# 145 queries of five items; the relevant one is first, and in thirteen of them last for the second model
query, place = np.repeat(np.arange(145), 5), np.tile(np.arange(5), 145)
lost = query % 11 == 5
ranks = np.where(np.arange(145) % 11 == 5, 5, 1)
d = 1 / ranks - 1.0
a, t = stats.skew(d) / math.sqrt(145), stats.t.ppf(0.95, 144)
q = lambda mu: (d.mean() - mu) * math.sqrt(145) / d.std(ddof=1)
lower = optimize.brentq(lambda mu: q(mu) + a * q(mu)**2 / 3 + a**2 * q(mu)**3 / 27 + a / 6 - t, -0.5, d.mean(), xtol=1e-14)
out.add("paired", "reciprocal ranks of which thirteen fell", "lower_of_change", {"metric": "mrr", "y": (place == 0).astype(int), "before": 5 - place, "after": np.where(lost, place, 5 - place), "query": query, "level": 0.95}, {"value": d.mean(), "lower": lower}, 1e-7, source="Hall 1992, g solved by brentq")

out.write("comparison", "1e-7 to 1e-10 where one side comes from a root search, 0 for whole numbers of rows, per cent where both are drawn at random, and then the case says so")
