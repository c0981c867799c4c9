"""Tails of the special functions over wide grids, by mpmath at 50 digits where that is quick, else by scipy. Writes test/reference/tails.json.

special.json has random arguments near the middle; here are the corners: tiny and huge shapes, p-values down to 1e-300. How to run: common.py.
"""
import json
import math
from pathlib import Path

import mpmath as mp
import numpy as np
from scipy import special, stats

mp.mp.dps = 50
tables = {}
worst = {}


def table(name, exact, quick, arguments):
    """exact(args) by mpmath or None when it would take too long; quick(args) by scipy."""
    rows = []
    for args in arguments:
        value = exact(*args)
        other = quick(*args)
        if value is None:
            value = other
        elif abs(value) > 1e-300:
            worst[name] = max(worst.get(name, 0), float(abs((mp.mpf(float(other)) - value) / value)))
        value = float(value)
        if math.isfinite(value) and abs(value) > 1e-300:
            rows.append([*map(float, args), value])
    tables[name] = rows


def gamma_upper(a, x):
    return mp.gammainc(a, x, mp.inf, regularized=True) if a <= 2000 else None


def beta_lower(x, a, b):
    return mp.betainc(a, b, 0, x, regularized=True) if max(a, b) <= 300 else None


table("normal_sf", lambda x: mp.erfc(mp.mpf(x) / mp.sqrt(2)) / 2, stats.norm.sf, [(x,) for x in [*np.linspace(-37, 37, 75), 1e-8, -1e-300]])
table("normal_quantile", lambda p: mp.sqrt(2) * mp.erfinv(2 * mp.mpf(p) - 1) if p > 1e-15 else None, special.ndtri, [(p,) for p in [*10.0 ** -np.arange(1, 300, 13), 0.25, 0.4999999, 0.975, 0.9999, 1 - 1e-12]])
shapes = [0.001, 0.05, 0.5, 1, 1.5, 7.5, 16, 49.5, 400, 2000, 30_000, 1e6]
around = lambda a: sorted({max(1e-9, a + s * math.sqrt(a)) for s in (-8, -3, -1, 0, 1, 3, 8, 20, 30)} | {a * 1e-3, a * 3 + 20, a + 300})
table("upper_gamma", gamma_upper, special.gammaincc, [(a, x) for a in shapes for x in around(a)])
table("chi_square_sf", lambda x, df: gamma_upper(df / 2, x / 2), stats.chi2.sf, [(x, df) for df in (1, 2, 3, 10, 99, 999, 20_000) for x in [0.001, df * 0.5, df, df + 5 * math.sqrt(2 * df), df + 25 * math.sqrt(2 * df) + 50, df + 1000]])
pairs = [(0.05, 0.05), (0.5, 0.5), (0.5, 40), (1, 1), (2, 300), (30, 30), (300, 7), (1, 1e5), (1e4, 1e4), (1e6, 20), (5e5, 5e5)]
points = lambda a, b: sorted({min(1 - 1e-12, max(1e-12, a / (a + b) + s * math.sqrt(a * b / (a + b + 1)) / (a + b))) for s in (-12, -6, -3, -1, 0, 1, 3, 6, 12)} | {1e-9, 0.5})
table("incomplete_beta", beta_lower, lambda x, a, b: special.betainc(a, b, x), [(x, a, b) for a, b in pairs for x in points(a, b)])


def student(t, df):
    if df > 1000:
        return None
    tail = mp.betainc(mp.mpf(df) / 2, mp.mpf(1) / 2, 0, mp.mpf(df) / (mp.mpf(df) + mp.mpf(t) ** 2), regularized=True) / 2
    return tail if t >= 0 else 1 - tail


table("student_sf", student, stats.t.sf, [(t, df) for df in (0.5, 1, 3, 9, 29, 199, 1000, 1e5, 1e7) for t in (-40, -2, -1e-6, 1e-9, 0.3, 1.7, 4, 12, 60, 1e4)])
table("student_quantile", lambda p, df: None, stats.t.ppf, [(p, df) for df in (1, 2, 4, 29, 500, 1e6) for p in (1e-12, 1e-6, 0.001, 0.05, 0.4)])
table("binomial_at_least", lambda k, n, p: mp.betainc(k, n - k + 1, 0, mp.mpf(p), regularized=True) if 0 < k <= n <= 300 else None, lambda k, n, p: stats.binom.sf(k - 1, n, p), [(k, n, p) for n, p in ((5, 0.5), (300, 0.02), (300, 0.5), (100_000, 0.5), (1_000_000, 1e-4)) for k in sorted({1, round(n * p), round(n * p + 6 * math.sqrt(n * p)), round(n * p + 15 * math.sqrt(n * p)) if n > 300 else n})])
table("binomial_at_most", lambda k, n, p: mp.betainc(n - k, k + 1, 0, 1 - mp.mpf(p), regularized=True) if 0 <= k < n <= 300 else None, stats.binom.cdf, [(k, n, p) for n, p in ((5, 0.5), (300, 0.5), (100_000, 0.5), (1_000_000, 0.01)) for k in sorted({0 if n < 1000 else round(n * p - 15 * math.sqrt(n * p)), round(n * p - 5 * math.sqrt(n * p)) if n > 10 else 1, round(n * p)})])
table("beta_quantile", lambda p, a, b: None, lambda p, a, b: special.betaincinv(a, b, p), [(p, a, b) for a, b in ((1, 20), (0.5, 0.5), (3, 1e6), (1e5, 1e5), (250, 10)) for p in (1e-10, 1e-4, 0.025, 0.5, 0.9)])
table("kolmogorov_sf", lambda x: 2 * mp.nsum(lambda i: (-1) ** (int(i) - 1) * mp.exp(-2 * i * i * mp.mpf(x) ** 2), [1, 400]) if x > 0.3 else None, special.kolmogorov, [(x,) for x in (0.21, 0.35, 0.5, 0.8, 1.0, 1.358, 1.628, 2.5, 5.0, 9.0, 18.0)])

out = Path(__file__).parents[2] / "test" / "reference" / "tails.json"
body = ",\n".join(f" {json.dumps(name)}: {json.dumps(rows)}" for name, rows in tables.items())
out.write_text(f'{{"made_by": "scripts/reference/tails.py", "cases": {{\n{body}\n}}}}\n')
print({name: len(rows) for name, rows in tables.items()})
print("scipy against mpmath, largest relative difference:", {name: f"{value:.1e}" for name, value in worst.items()})
