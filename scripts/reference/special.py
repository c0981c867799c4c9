"""Reference values of the special functions, from scipy. Writes test/reference/special.json.

python -m venv VENV && VENV/bin/pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
VENV/bin/python scripts/reference/special.py
"""
import json
import math
from pathlib import Path

import numpy as np
import scipy
from scipy import special, stats

rng = np.random.default_rng(20010101)
cases = {}


def table(name, function, arguments):
    rows = []
    for args in arguments:
        value = float(function(*args))
        if math.isfinite(value) and (value == 0 or abs(value) > 1e-290):
            rows.append([*map(float, args), value])
    cases[name] = rows


xs = [*rng.uniform(-6, 6, 60), 0, 0.25, 0.84, 0.85, 1.24, 1.26, 2.8, 2.9, 10, 20, 26, -10, 1e-10, -1e-20]
table("erf", special.erf, [(x,) for x in xs])
table("erfc", special.erfc, [(x,) for x in xs])
table("normal_sf", stats.norm.sf, [(x,) for x in [*rng.uniform(-9, 9, 40), 20, 30, 36]])
table("normal_quantile", special.ndtri, [(p,) for p in [*rng.uniform(0, 1, 40), 1e-300, 1e-100, 1e-20, 1e-10, 0.02425, 0.5, 1 - 1e-10]])
table("log_gamma", special.gammaln, [(x,) for x in [*(10 ** rng.uniform(-3, 6, 60)), 0.5, 3, 10.25, 15.99, 16, 16.01]])
gammas = [(a, a * r) for a in 10 ** rng.uniform(-1, 5, 80) for r in rng.uniform(0.2, 3, 2)] + [(a, a + s * a**0.5) for a in (0.5, 2, 9.5, 30, 499.5, 1e4, 1e5) for s in (-5, -1, 0, 1, 3, 8)]
gammas = [(a, x) for a, x in gammas if x >= 0]
table("upper_gamma", special.gammaincc, gammas)
table("chi_square_sf", stats.chi2.sf, [(x, df) for df in (1, 2, 4, 9, 19, 99) for x in (0, 0.1, 1, 5, 20, 100, 600)])
betas = [(x, a, b) for a, b in 10 ** rng.uniform(-1, 5, (80, 2)) for x in np.clip(a / (a + b) + np.array([-1.5, 0, 1.5]) * math.sqrt(a * b / (a + b) ** 2 / (a + b + 1)), 1e-6, 1 - 1e-6)]
table("incomplete_beta", lambda x, a, b: special.betainc(a, b, x), betas)
table("beta_quantile", lambda p, a, b: special.betaincinv(a, b, p), [(p, a, b) for a, b in 10 ** rng.uniform(0, 4, (20, 2)) for p in (0.005, 0.025, 0.5, 0.975)])
table("student_sf", stats.t.sf, [(t, df) for df in (1, 2, 2.5, 5, 10, 29, 100, 1e4, 1e6) for t in (-3, -0.5, 0, 0.1, 1, 2.5, 8, 30)])
table("student_quantile", lambda p, df: stats.t.isf(1 - p, df) if p > 0.5 else stats.t.ppf(p, df), [(p, df) for df in (1, 2, 3, 10, 29, 200, 99999) for p in (0.005, 0.025, 0.05, 0.3, 0.6, 0.95, 0.975)])
table("binomial_at_least", lambda k, n, p: stats.binom.sf(k - 1, n, p), [(k, n, p) for n in (1, 10, 57, 400, 20000) for p in (0.02, 0.5, 0.9) for k in sorted({0, 1, n // 2, int(n * p) + 1, n})])
table("binomial_pmf", stats.binom.pmf, [(k, n, p) for n in (1, 10, 57, 400, 20000) for p in (0.02, 0.5, 0.9) for k in sorted({0, 1, n // 2, int(n * p), n})])
table("rows_to_come", lambda k, n, m, alpha: stats.betabinom.isf(alpha, m, k + 0.5, n - k + 0.5), [(k, n, m, alpha) for n, m in ((150, 37), (999, 400), (1600, 800), (30, 10000), (20000, 57)) for k in (0, 1, n // 10, n) for alpha in (0.05, 0.001)])

out = Path(__file__).parents[2] / "test" / "reference" / "special.json"
out.write_text(json.dumps({"source": f"scipy {scipy.__version__}, scripts/reference/special.py", "cases": cases}).replace("]], ", "]],\n ") + "\n")
