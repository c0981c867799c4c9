"""Reference values for the drift statistics, by other people's code. Writes drift.json beside this file.

    python test/reference/drift.py        numpy 2.4.6, scipy 1.17.1
"""

import json
from pathlib import Path

import numpy as np
from scipy import integrate, optimize, special, stats
from scipy.spatial import distance

rng = np.random.default_rng(7)


def tables():
    yield [50, 50, 0], [45, 45, 10]
    yield [1000] * 10, [1020, 980, 1100, 900, 1050, 950, 1000, 1000, 1040, 960]
    yield [200, 800, 100], [400, 600, 0]
    yield [40, 30, 20, 10], [30, 30, 25, 15]
    yield [16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8]
    yield [98_000, 2_000], [9_800, 200]
    yield [7, 0, 3], [2, 9, 1]
    for k in (2, 5, 20, 100):
        yield rng.integers(5, 500, k).tolist(), rng.integers(5, 80, k).tolist()


def anderson_darling_limit_sf(z):
    """P(sum chi2_1 / (j (j+1)) > z) by Imhof's inversion, the tail of the sum replaced by its mean."""
    weights = 1 / (np.arange(1, 2001) * np.arange(2, 2002))
    rest = 1 / 2001.0

    def integrand(u):
        theta = 0.5 * np.sum(np.arctan(weights * u)) + 0.5 * (rest - z) * u
        log_rho = 0.25 * np.sum(np.log1p((weights * u) ** 2))
        return np.sin(theta) * np.exp(-log_rho) / u

    value, _ = integrate.quad(integrand, 1e-12, 400, limit=4000, epsabs=1e-10)
    return 0.5 + value / np.pi


def lambda_star(df):
    critical = stats.chi2.isf(0.0025, df)
    return optimize.brentq(lambda l: stats.ncx2.sf(critical, df, l) - 0.8, 1e-6, 10 * df + 200, xtol=1e-12)


def smoothed(counts):
    x = np.array(counts) + 0.5
    return x / x.sum()


cases = {"table": [], "fisher": [], "samples": [], "acat": [], "ad_sf": [], "kolmogorov_sf": [], "noncentrality": [], "noncentral_sf": []}
for a, b in tables():
    chi2, p, df, _ = stats.chi2_contingency([a, b], correction=False)
    ps, qs = smoothed(a), smoothed(b)
    share_a, share_b = np.array(a) / sum(a), np.array(b) / sum(b)
    cases["table"].append({
        "reference": a, "current": b, "chi2": chi2, "df": int(df), "p": p,
        "js": distance.jensenshannon(a, b, base=2),
        "psi": float(np.sum((qs - ps) * np.log(qs / ps))),
        "tvd": float(np.abs(share_a - share_b).sum() / 2), "linf": float(np.abs(share_a - share_b).max()),
    })
for table in ([[3, 7], [9, 2]], [[0, 100], [4, 96]], [[1, 9999], [6, 2000]], [[5, 0], [0, 5]], [[12, 8], [11, 9]]):
    cases["fisher"].append({"table": table, "p": stats.fisher_exact(table)[1]})
for a, b in (
    ([1, 1, 2, 2, 2, 3, 3, 4, 5, 5], [1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 5]),
    ([1, 2, 3, 4, 5], [11, 12, 13, 14, 15, 16]),
    (list(range(100)), list(range(50, 150))),
    (rng.integers(0, 30, 300).tolist(), rng.integers(3, 33, 200).tolist()),
):
    cases["samples"].append({
        "reference": a, "current": b, "d": stats.ks_2samp(a, b).statistic, "w1": stats.wasserstein_distance(a, b),
    })
for ps in ([0.01, 0.2], [0.5, 0.5], [1e-20, 0.3], [1e-8, 1e-12, 0.9], [0.04, 0.06]):
    t = np.mean([1 / np.tan(p * np.pi) for p in ps])  # tan((½ − p)π) loses a small p in the subtraction
    cases["acat"].append({"p": ps, "combined": float(stats.cauchy.sf(t))})
for z in (0.2, 0.5, 1, 1.5, 1.933, 2.492, 3, 3.857, 4.5, 6):
    cases["ad_sf"].append({"z": z, "sf": anderson_darling_limit_sf(z)})
for x in (0.3, 0.6, 1.0, 1.3416407864998738, 2.0, 4.0):
    cases["kolmogorov_sf"].append({"x": x, "sf": float(special.kolmogorov(x))})
for df in (1, 2, 4, 9, 19, 100, 500):
    cases["noncentrality"].append({"df": df, "lambda": lambda_star(df)})
for x, df, l in ((10, 1, 3), (21.0, 4, 12.5), (60, 19, 33), (5, 9, 0.5)):
    cases["noncentral_sf"].append({"x": x, "df": df, "lambda": l, "sf": float(stats.ncx2.sf(x, df, l))})

# printed by others: numbers from a paper, a library's own tests, or a formula worked out by hand
cases["published"] = {
    "psi_null": {"n": 1000, "m": 1000, "cells": 10, "mean": 0.018, "source": "Yurdakul & Naranjo 2020"},
    "js_corrected": {"reference": [1000] * 10, "current": [1020, 980, 1100, 900, 1050, 950, 1000, 1000, 1040, 960], "js": 0.014125214024676954},
    "js_new_mass": {"mass": [0.02, 0.05, 0.08, 0.1], "js": [0.10036366187520686, 0.15956958650912192, 0.20298422101552233, 0.22781387210026435]},
    "cramers_v": {"reference": [200, 800, 100], "current": [400, 600, 0], "v": 0.3024, "source": "deepchecks test_cramers_v_with_nones prints 0.3 ± 0.01"},
    "two_proportions": {"k": 20, "n": 1000, "l": 50, "m": 1000, "p": 0.0002621055109992034},
    "rows_per_side": {"df": [1, 4, 9], "0.1": [539, 744, 937], "0.2": [135, 186, 235], "0.05": [2156, 2976, 3745]},
}
Path(__file__).with_suffix(".json").write_text(json.dumps({"source": "test/reference/drift.py, numpy %s" % np.__version__, "cases": cases}, indent=1) + "\n")
