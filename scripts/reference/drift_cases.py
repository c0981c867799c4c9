"""Drift statistics by scipy, statsmodels and mpmath. How to run: common.py."""
import itertools
import math
import warnings

import mpmath
import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import integrate, optimize, special, stats
from scipy.spatial import distance
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.oneway import anova_generic
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from common import Cases

rng = np.random.default_rng(20010102)
out = Cases(f"scipy {scipy.__version__}")
mpmath.mp.dps = 60


def hist(n, k, skew=1.0):
    p = rng.dirichlet(np.full(k, skew))
    return rng.multinomial(n, p)


# --- two histograms -------------------------------------------------------------------------------------------------
tables = {
    "equal shares, unequal sizes": ([1000, 3000, 6000], [20, 60, 120]),
    "an empty cell on each side": ([40, 0, 60, 25], [38, 12, 0, 30]),
    "a cell that is empty on both sides": ([40, 0, 60], [38, 0, 52]),
    "two cells, one almost empty": ([99_990, 10], [9_970, 30]),
    "one row on one side": ([50, 30, 20], [0, 1, 0]),
    "one in a million": ([10**9, 10**3], [10**9, 10**3 + 500]),
    "100 cells, sparse": (hist(300, 100), hist(250, 100)),
    "20 cells": (hist(5000, 20, 3), hist(1200, 20, 3)),
    "5 cells, unequal n": (hist(20_000, 5, 5), hist(60, 5, 5)),
    "no shared cell": ([30, 20, 0, 0], [0, 0, 11, 9]),
    "an extreme tail": ([50_000, 50_000], [45_000, 55_000]),
}
for name, (a, b) in tables.items():
    a, b = np.array(a), np.array(b)
    n, m = a.sum(), b.sum()
    keep = a + b > 0
    k = int(keep.sum())
    both = {"reference": a, "current": b}
    d = distance.jensenshannon(a, b, base=2)
    shared = bool(np.any((a > 0) & (b > 0)))
    corrected = 1.0 if not shared else math.sqrt(max(0, d * d * math.log(2) - (k - 1) * (1 / n + 1 / m) / 8) / math.log(2))
    # near 0 the square root of a difference of logarithms keeps half of the digits: absolute
    out.add("js", f"js: {name}", "js", both, {"js": d, "js_corrected": corrected}, 2e-8, relative=False)
    p, q = (a + 0.5) / (a + 0.5).sum(), (b + 0.5) / (b + 0.5).sum()
    psi = float(stats.entropy(p, q) + stats.entropy(q, p))
    # scipy normalises shares again, which costs 1e-16 of each logarithm
    out.add("psi", f"psi: {name}", "psi", both, {"psi": psi, "psi_corrected": max(0.0, psi - (len(a) - 1) * (1 / n + 1 / m))}, 1e-12, relative=False)
    out.add("tvd", f"tvd: {name}", "tvd", both, {"tvd": distance.cityblock(a / n, b / m) / 2, "linf": distance.chebyshev(a / n, b / m)}, 1e-14, relative=False)
    chi2, pv, df, _ = stats.chi2_contingency(np.array([a[keep], b[keep]]), correction=False)
    phi2 = max(0, chi2 / (n + m) - df / (n + m - 1))
    v = min(1, math.sqrt(phi2 / (min(2 - 1 / (n + m - 1), k - (k - 1) ** 2 / (n + m - 1)) - 1)))
    if pv > 1e-290:
        # X² of equal shares is rounding noise in scipy, exactly 0 here; V below 1e-6 is a difference of equal numbers
        out.add("chi2", f"chi2: {name}", "chi2", both, {"chi2": chi2, "df": df, "p": pv, "v": v}, 1e-9, relative=chi2 > 1e-9)

    out.add("hellinger", f"hellinger: {name}", "hellinger", both, {"hellinger": distance.euclidean(np.sqrt(a / n), np.sqrt(b / m)) / math.sqrt(2)}, 1e-8, relative=False)

# --- exact tests of a 2 × 2 table -----------------------------------------------------------------------------------
for t in ([[0, 5], [5, 0]], [[1, 0], [0, 1]], [[0, 10], [0, 12]], [[3, 1], [2, 40]], [[10, 90], [30, 870]], [[0, 1000], [9, 991]], [[2, 3], [3, 2]], [[500, 500], [400, 600]], [[1, 99_999], [12, 99_988]]):
    out.add("fisher", f"fisher: {t}", "fisher", {"table": t}, {"p": stats.fisher_exact(t)[1]}, 1e-8)  # logarithms of factorials of 1e5 lose 1e-10
for k, n, l, m in ((20, 1000, 50, 1000), (0, 400, 12, 400), (300, 1000, 310, 900), (9000, 10_000, 91_000, 100_000), (50, 100, 55, 100)):
    z, p = proportions_ztest([k, l], [n, m])
    out.add("proportion", f"proportions: {k}/{n} and {l}/{m}", "proportions", {"k": k, "n": n, "l": l, "m": m},
            {"z": z, "p": p, "diff": k / n - l / m, "newcombe_ci95": confint_proportions_2indep(k, n, l, m, method="newcomb")}, source="statsmodels 0.15.0")

# --- ordered samples ------------------------------------------------------------------------------------------------
def untied(n, m, shift):
    pool = rng.permutation(np.arange(n + m) * 7.0 + rng.integers(0, 3, n + m))
    a, b = pool[:n], pool[n:] + shift * 7 * (n + m) + 0.5
    return a, b


def anderson(a, b):
    """The statistic for samples without ties, as a plain sum over the pooled order (Pettitt 1976)."""
    pooled = np.sort(np.concatenate([a, b]))
    n, m = len(a), len(b)
    N = n + m
    ranks = np.searchsorted(np.sort(a), pooled[:-1], side="right")
    i = np.arange(1, N)
    return float(np.sum((ranks * N - n * i) ** 2 / (i * (N - i))) / (n * m))


for name, (a, b) in {
    "untied, 30 and 45": untied(30, 45, 0), "untied, shifted, 80 and 20": untied(80, 20, 0.15), "untied, 2 and 3": untied(2, 3, 0), "untied, disjoint": untied(12, 9, 2),
}.items():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its p-value, which comes from a short table
        k2 = stats.anderson_ksamp([a, b], variant="continuous").statistic
    expected = {"a2": anderson(a, b), "d": stats.ks_2samp(a, b).statistic, "w1": stats.wasserstein_distance(a, b)}
    # scipy reports (A² − 1)/σ for two samples: σ of Scholz & Stephens 1987
    if len(a) + len(b) > 3:
        n, m, N = len(a), len(b), len(a) + len(b)
        H, h = 1 / n + 1 / m, sum(1 / i for i in range(1, N))
        g = sum(sum(1 / j for j in range(i + 1, N)) / (N - i) for i in range(1, N - 1))
        k = 2
        ca, cb = (4 * g - 6) * (k - 1) + (10 - 6 * g) * H, (2 * g - 4) * k**2 + 8 * h * k + (2 * g - 14 * h - 4) * H - 8 * h + 4 * g - 6
        cc, cd = (6 * h + 2 * g - 2) * k**2 + (4 * h - 4 * g + 6) * k + (2 * h - 6) * H + 4 * h, (2 * h + 6) * k**2 - 4 * h * k
        sigma = math.sqrt((ca * N**3 + cb * N**2 + cc * N + cd) / ((N - 1) * (N - 2) * (N - 3)))
        assert abs(k2 * sigma + 1 - expected["a2"]) < 1e-9, (name, k2 * sigma + 1, expected["a2"])
    out.add("ks", f"ordered: {name}", "anderson_darling", {"reference": a, "current": b}, expected, 1e-10)
for name, (a, b) in {
    "ties, Poisson": (rng.poisson(3, 200), rng.poisson(3.4, 90)),
    "half of one value": (np.where(rng.random(150) < 0.5, 0, rng.integers(1, 40, 150)), rng.integers(0, 40, 60)),
    "negative zero is zero": (np.array([-0.0, 0.0, 1, 1, 2]), np.array([0.0, -0.0, -0.0, 2])),
    "one value each": (np.array([3.0]), np.array([5.0])),
    "far from zero": (1e9 + rng.integers(0, 12, 40), 1e9 + rng.integers(2, 14, 50)),
}.items():
    out.add("wasserstein", f"ordered: {name}", "wasserstein", {"reference": a, "current": b},
            {"d": stats.ks_2samp(a, b).statistic, "w1": stats.wasserstein_distance(a, b)}, 1e-9)
for n, m, d in ((1000, 1000, 0.06), (200, 5000, 0.1), (10**6, 10**6, 0.003), (50, 50, 0.2), (10_000, 100, 0.4)):
    out.add("ks", f"ks limit: {n}, {m}, {d}", "ks_limit", {"n": n, "m": m, "d": d}, {"p": special.kolmogorov(d * math.sqrt(n * m / (n + m)))}, 1e-11)

# --- values beyond, correlations, blocks ----------------------------------------------------------------------------
for n, m, k in ((100, 100, 1), (10_000, 500, 0), (50, 50, 50), (1000, 10, 4), (5000, 5000, 30), (10**6, 10**5, 80), (3, 2000, 500)):
    # all k marked values, the largest of n + m, are among the m that current draws
    out.add("range", f"exceedance: {n}, {m}, {k}", "exceedance", {"n": n, "m": m, "k": k}, {"p": stats.hypergeom.pmf(k, n + m, k, m) if k else 1.0}, 1e-8)
for r1, n, r2, m in ((0.9, 50, 0.95, 80), (-0.3, 1000, 0.3, 1000), (0.0, 10, 0.5, 12), (0.999, 400, 0.998, 300), (0.1, 10**6, 0.101, 10**6)):
    z = (np.arctanh(r1) - np.arctanh(r2)) / math.sqrt(1 / (n - 3) + 1 / (m - 3))
    out.add("multivariate", f"correlation: {r1} of {n}, {r2} of {m}", "correlation_change", {"reference": r1, "n": n, "current": r2, "m": m}, {"z": z, "p": 2 * stats.norm.sf(abs(z))}, 1e-10)
for name, blocks, current in (
    ("one of nine", rng.poisson(20, (9, 4)), [8]), ("two of eight", rng.poisson([40, 20, 10], (8, 3)), [1, 5]), ("half of ten", rng.poisson(5, (10, 2)), [0, 1, 2, 3, 4]),
    ("unequal sizes", rng.poisson(rng.uniform(2, 80, (7, 1)), (7, 3)), [6, 2]), ("all blocks alike", [[10, 20]] * 6, [0, 3]), ("more current than reference", rng.poisson(15, (6, 3)), [0, 1, 2, 3]),
):
    blocks = np.asarray(blocks)

    def jsd(chosen):
        a, b = blocks[[i for i in range(len(blocks)) if i not in chosen]].sum(axis=0), blocks[list(chosen)].sum(axis=0)
        return distance.jensenshannon(a, b) ** 2

    seen = jsd(current)
    found = np.nan_to_num([jsd(c) for c in itertools.combinations(range(len(blocks)), len(current))])
    ties = found >= np.nan_to_num(seen) - 1e-12
    out.add("block", f"blocks: {name}", "block_permutation", {"blocks": blocks, "current": current}, {"observed_jsd": np.nan_to_num(seen), "p": ties.mean(), "minimum_attainable_p": 1 / len(found), "mean": found.mean()}, 1e-9, relative=False, source="every choice of blocks, scipy jensenshannon")

# --- without labels -------------------------------------------------------------------------------------------------
for name, k, skill, prior in (("two classes", 2, 0.8, [0.7, 0.3]), ("four classes", 4, 0.6, [0.4, 0.3, 0.2, 0.1]), ("nearly blind", 3, 0.02, [0.4, 0.3, 0.3])):
    confusion = skill * np.eye(k) + (1 - skill) * rng.dirichlet(np.ones(k), k).T  # P(said | truth), columns add up to 1
    if name == "nearly blind":
        confusion = skill * np.eye(k) + (1 - skill) / k
    joint = confusion * np.array(prior)
    now = rng.dirichlet(np.full(k, 3.0))
    weights = np.linalg.solve(joint, confusion @ now)
    smallest = np.linalg.svd(joint, compute_uv=False)[-1]
    out.add("label_shift", f"bbse: {name}", "bbse", {"joint": joint, "current": confusion @ now}, {"weights": weights, "estimated_prior": now if smallest > 0.05 else None, "smallest": smallest}, 1e-8, relative=False, source="numpy solve and svd; the prior that was put in")
p = np.round(rng.random(30), 6)
said = p >= 0.4
tp, fp, fn = p[said].sum(), (1 - p[said]).sum(), p[~said].sum()
out.add("no_labels", "cbpe: thirty rows", "cbpe", {"proba": p, "threshold": 0.4}, {"expected_accuracy": np.where(said, p, 1 - p).mean(), "precision": tp / (tp + fp), "recall": tp / (tp + fn), "f1": 2 * tp / (2 * tp + fp + fn), "se": math.sqrt((p * (1 - p)).sum()) / 30}, 1e-12, source="numpy")
proba = np.round(rng.dirichlet(np.ones(4), 12), 6)
out.add("no_labels", "cbpe: four classes", "cbpe_classes", {"proba": proba}, {"expected_accuracy": proba.max(axis=1).mean()}, 1e-12, source="numpy")

# --- p-values together ----------------------------------------------------------------------------------------------
def cauchy(ps):
    total = sum(mpmath.cot(mpmath.mpf(p) * mpmath.pi) for p in ps) / len(ps)
    return float(mpmath.atan2(1, total) / mpmath.pi)


for ps in ([1e-16, 0.5], [1e-15, 0.2], [1.0000001e-15, 9.9999e-16], [1e-300, 0.9], [1e-300, 1e-300], [1e-40, 1e-12, 0.3], [0.5, 0.5], [0.9, 0.95], [0.001, 0.998], [0.05] * 6, [0.03]):
    out.add("acat", f"cauchy: {ps}", "cauchy_combination", {"p": ps}, {"p": cauchy(ps)}, 1e-9, source="mpmath, 60 digits")
families = {
    "ties": [0.01, 0.01, 0.01, 0.04, 0.04, 0.5],
    "all equal": [0.03] * 7,
    "zeros and ones": [0, 0, 1, 1, 0.2],
    "one": [0.04],
    "falling": list(np.round(np.sort(rng.random(12))[::-1], 6)),
    "200, many tiny": list(np.round(np.concatenate([rng.random(180), 10.0 ** -rng.uniform(2, 200, 20)]), 220)),
}
for name, ps in families.items():
    out.add("fdr", f"adjusted: {name}", "multiplicity", {"p": ps},
            {"bh": stats.false_discovery_control(ps, method="bh"), "by": stats.false_discovery_control(ps, method="by"), "holm": multipletests(ps, method="holm")[1]}, 1e-11,
            source="scipy false_discovery_control, statsmodels multipletests")

# --- power of the test ----------------------------------------------------------------------------------------------
for x, df, l in ((10, 1, 3), (21.0, 4, 12.5), (60, 19, 33), (5, 9, 0.5), (400, 9, 300), (30, 4, 1e-6), (250, 99, 120), (0.5, 1, 20), (1500, 9, 1300), (60_000, 9, 55_000), (200_000, 99, 199_000), (3, 1, 600)):
    out.add("power", f"noncentral: {x}, {df}, {l}", "noncentral_chi2", {"x": x, "df": df, "lambda": l}, {"sf": stats.ncx2.sf(x, df, l)}, 1e-9)
for df, rows in ((1, 500), (4, 100), (9, 2500), (19, 50_000), (98, 10**6)):
    critical = stats.chi2.isf(0.0025, df)
    l = optimize.brentq(lambda x: stats.ncx2.sf(critical, df, x) - 0.8, 1e-6, 10 * df + 200, xtol=1e-13)
    out.add("power", f"detectable: df {df}, {rows} rows", "minimum_detectable", {"df": df, "rows": rows}, {"lambda": l, "mde": math.sqrt(l / (8 * rows * math.log(2)))}, 1e-9)

# --- Anderson–Darling's tail ----------------------------------------------------------------------------------------
def limit_sf(z):
    """P(Σ χ²_1 / (j (j + 1)) > z) by Imhof's inversion of its characteristic function; terms beyond 2,000 by their mean."""
    weights = 1 / (np.arange(1, 2001) * np.arange(2, 2002))
    rest = 1 / 2001.0

    def integrand(u):
        theta = 0.5 * np.sum(np.arctan(weights * u)) + 0.5 * (rest - z) * u
        return np.sin(theta) * np.exp(-0.25 * np.sum(np.log1p((weights * u) ** 2))) / u

    return 0.5 + integrate.quad(integrand, 1e-12, 600, limit=8000, epsabs=1e-11)[0] / math.pi


# z < 2, 2 to 4, and from 4 on: each its own formula, with the error that its source states
for z in (0.1, 0.3, 0.7, 1.2, 1.7, 1.999, 2.0, 2.3, 2.9, 3.5, 3.999):
    out.add("ad", f"tail at {z}", "anderson_darling_tail", {"z": z}, {"sf": limit_sf(z)}, 3e-4, relative=False, source="numerical inversion of the limit law")
for z in (4.0, 4.5, 5.5, 7.0, 8.5, 10.0):
    out.add("ad", f"tail at {z}", "anderson_darling_tail", {"z": z}, {"sf": limit_sf(z)}, 0.004, source="numerical inversion of the limit law")

# --- moments --------------------------------------------------------------------------------------------------------
for name, x in {
    # values that agree to fourteen digits count as equal, so the offset ends at 1e13
    "an offset of 1e9": 1e9 + rng.integers(0, 100, 40), "an offset of 1e13": 1e13 + rng.integers(0, 800, 30), "tiny": rng.normal(0, 1e-9, 20), "one and a billion": [1.0, 1e9],
}.items():
    exact = [mpmath.mpf(float(v)) for v in x]
    mean = mpmath.fsum(exact) / len(exact)
    var = mpmath.fsum((v - mean) ** 2 for v in exact) / (len(exact) - 1)
    out.add("merge", f"variance: {name}", "variance", {"values": [float(v) for v in x]}, {"mean": float(mean), "variance": float(var)}, 1e-12, source="mpmath, 60 digits")

# --- what a class and a label tell of each other; numbers of their own, so that the cases above stay as they are ------
own = np.random.default_rng(20010301)


def bergsma(counts):
    counts = np.asarray(counts, float)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    (k, c), n = counts.shape, counts.sum()
    phi2 = max(0.0, stats.contingency.chi2_contingency(counts, correction=False).statistic / n - (k - 1) * (c - 1) / (n - 1))
    return min(1.0, math.sqrt(phi2 / (min(k - (k - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1)))


def draw(rows, shares, conditional):
    """Counts of groups and cells, from shares of the groups and of the cells in each."""
    return own.multinomial(rows, (np.asarray(shares)[:, None] * np.asarray(conditional)).ravel()).reshape(np.shape(conditional))


def two(rates):
    return [[1 - rate, rate] for rate in rates]


for name, a, b in (
    ("nothing changed, four by two", draw(400, [0.4, 0.3, 0.2, 0.1], two([0.2, 0.3, 0.5, 0.6])), draw(300, [0.4, 0.3, 0.2, 0.1], two([0.2, 0.3, 0.5, 0.6]))),
    ("near independence", draw(500, [0.5, 0.3, 0.2], two([0.3] * 3)), draw(500, [0.5, 0.3, 0.2], two([0.3] * 3))),
    ("an association that fades", draw(1000, [0.4, 0.3, 0.3], two([0.1, 0.5, 0.9])), draw(800, [0.4, 0.3, 0.3], two([0.4, 0.5, 0.6]))),
    ("two classes change places", [[90, 12], [15, 80]], [[14, 88], [85, 11]]),
    ("shares move, odds do not", [[360, 40], [180, 120], [90, 210]], [[90, 10], [180, 120], [180, 420]]),
    ("five by four", draw(3000, own.dirichlet(np.ones(5)), own.dirichlet(np.ones(4), 5)), draw(2000, own.dirichlet(np.ones(5)), own.dirichlet(np.ones(4), 5))),
    ("a cell is empty on one side", [[50, 0, 20], [30, 25, 45]], [[40, 9, 21], [35, 30, 45]]),
):
    a, b = np.asarray(a), np.asarray(b)
    cells = [(g, j, t, count) for t, counts in enumerate((a, b)) for (g, j), count in np.ndenumerate(counts)]
    factor = lambda i: np.array([[cell[i] == level for level in range(1, 1 + max(other[i] for other in cells))] for cell in cells], float)
    G, J, T = factor(0), factor(1), factor(2)
    cross = lambda X, Y: np.stack([x * y for x in X.T for y in Y.T], axis=1)
    X = np.column_stack([np.ones(len(cells)), G, J, T, cross(G, J), cross(G, T), cross(J, T)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # equal odds are a perfect fit
        model = sm.GLM([cell[3] for cell in cells], X, family=sm.families.Poisson()).fit(tol=1e-14, maxiter=200)
    fitted = np.asarray(model.fittedvalues).reshape(2, *a.shape)
    n, m = a.sum(), b.sum()
    apart = (a - fitted[0]) / n - (b - fitted[1]) / m
    weight = np.outer(a.sum(axis=1) / n + b.sum(axis=1) / m, a.sum(axis=0) / n + b.sum(axis=0) / m) / 4
    df = int(model.df_resid)
    change = math.sqrt(max(0.0, float((apart**2 / weight).sum()) - df * (1 / n + 1 / m)) / (min(a.shape) - 1))
    out.add("multivariate", f"interaction: {name}", "interaction", {"before": a, "now": b},
            {"statistic": model.pearson_chi2, "df": df, "p": stats.chi2.sf(model.pearson_chi2, df), "change": change, "before": bergsma(a), "now": bergsma(b)},
            1e-6, relative=False, source=f"statsmodels {statsmodels.__version__}: log-linear model without the interaction of three; scipy for V")

for name, a, b in (
    ("nothing changed, three groups", draw(400, [0.4, 0.35, 0.25], own.dirichlet(np.ones(10) * 3, 3)), None),
    ("all means move alike", [[40, 30, 20, 0, 0], [20, 40, 30, 0, 0]], [[0, 40, 30, 20, 0], [0, 20, 40, 30, 0]]),
    ("two groups change places", [[80, 20, 5], [6, 30, 70]], [[8, 25, 60], [75, 30, 4]]),
    ("means come together", draw(900, [0.3, 0.3, 0.4], [[0.6, 0.3, 0.1], [0.3, 0.4, 0.3], [0.1, 0.3, 0.6]]), draw(700, [0.3, 0.3, 0.4], [[0.4, 0.35, 0.25], [0.3, 0.4, 0.3], [0.25, 0.35, 0.4]])),
    ("six groups, some small", draw(500, own.dirichlet(np.ones(6) * 4), own.dirichlet(np.ones(9), 6)), draw(300, own.dirichlet(np.ones(6) * 4), own.dirichlet(np.ones(9), 6))),
    ("each group in a cell of its own", [[30, 0, 0], [0, 40, 0], [0, 0, 35]], [[25, 0, 0], [0, 45, 0], [0, 0, 30]]),
):
    a = np.asarray(a)
    b = draw(250, [0.4, 0.35, 0.25], a / a.sum(axis=1, keepdims=True)) if b is None else np.asarray(b)
    at = np.arange(a.shape[1])
    sides = [[np.repeat(at, row) for row in counts] for counts in (a, b)]
    wide = 1 / 12
    n, m = (np.array([len(rows) for rows in side]) for side in sides)
    (m1, v1), (m2, v2) = (([rows.mean() for rows in side], np.array([rows.var(ddof=1) + wide for rows in side])) for side in sides)
    d, part1, part2 = np.array(m1) - np.array(m2), v1 / n, v2 / m
    free = (part1 + part2) ** 2 / (part1**2 / (n - 1) + part2**2 / (m - 1))
    welch = anova_generic(d, (part1 + part2) * (free + 1), free + 1, use_var="unequal")
    q = (n / n.sum() + m / m.sum()) / 2
    all1, all2 = (np.concatenate(side).var(ddof=1) + wide for side in sides)
    e1, e2 = ((np.array(means) - (q * means).sum()) / math.sqrt(var) for means, var in ((m1, all1), (m2, all2)))
    change = math.sqrt(max(0.0, (q * (e1 - e2) ** 2).sum() - (q * (1 - q) * (part1 / all1 + part2 / all2)).sum()))

    def eta(side, variances, rows):
        within = ((rows - 1) * variances).sum()
        middle = np.concatenate(side).mean()
        whole = within + sum(len(x) * (x.mean() - middle) ** 2 for x in side)
        return math.sqrt(max(0.0, 1 - within / whole * (rows.sum() - 1) / (rows.sum() - len(rows))))

    out.add("multivariate", f"group shift: {name}", "group_shift", {"before": a, "now": b},
            {"statistic": welch.statistic, "df": len(n) - 1, "p": welch.pvalue, "change": change, "before": eta(sides[0], v1, n), "now": eta(sides[1], v2, m)},
            1e-8, relative=False, source=f"statsmodels {statsmodels.__version__}: anova_generic (Welch); numpy for the correlation ratio")

out.write("drift", "1e-9 of the value unless the case says otherwise: both sides round, and special functions keep about twelve digits; a distance near 0 is the square root of a difference and keeps half of them; the Anderson-Darling tail is an approximation whose published error is the tolerance")
