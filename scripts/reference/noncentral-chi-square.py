"""Values of the noncentral chi-square law by scipy and mpmath, for test/unit/stats/noncentral-chi-square.test.ts.

    python scripts/reference/noncentral-chi-square.py > test/reference/noncentral-chi-square.json

mpmath sums the Poisson mixture with 60 digits; `scipy` says whether scipy's own value agrees with it to 1e-9.
"""
import json
import mpmath as mp
import scipy
from scipy.stats import chi2, ncx2
from scipy.optimize import brentq

mp.mp.dps = 60


def exact(x, df, lam):
    h, y = mp.mpf(lam) / 2, mp.mpf(x) / 2
    if lam == 0:
        return mp.gammainc(mp.mpf(df) / 2, y, mp.inf, regularized=True)
    total, j = mp.mpf(0), max(0, int(h - 14 * mp.sqrt(h) - 30))
    weight = mp.exp(-h + j * mp.log(h) - mp.loggamma(j + 1))
    tail = mp.gammainc(mp.mpf(df) / 2 + j, y, mp.inf, regularized=True)
    step = mp.exp((mp.mpf(df) / 2 + j) * mp.log(y) - y - mp.loggamma(mp.mpf(df) / 2 + j + 1))
    while True:
        term = weight * tail
        total += term
        if j > h and term < total * mp.mpf(10) ** -30:
            return total
        tail += step
        j += 1
        weight *= h / j
        step *= y / (mp.mpf(df) / 2 + j)


sf = []
for df in (1, 2, 4, 9, 19, 60):
    for lam in (0, 0.5, 5, 40, 300, 2772.588722239781, 50000):
        for shift in (-3, -1, 0, 1, 3, 6, 12):
            x = df + lam + shift * (2 * (df + 2 * lam)) ** 0.5
            if x > 0:
                value = float(exact(x, df, lam))
                sf.append({'x': x, 'df': df, 'lambda': lam, 'sf': value, 'scipy': bool(abs(ncx2.sf(x, df, lam) - value) <= 1e-9 * value) if lam else True})
power = []
for df in (1, 4, 9, 19, 99):
    for alpha in (0.05, 0.0025, 1e-5):
        c = chi2.isf(alpha, df)
        power.append({'df': df, 'alpha': alpha, 'power': 0.8, 'lambda': brentq(lambda l: ncx2.sf(c, df, l) - 0.8, 1e-6, 2000, xtol=1e-12, rtol=1e-14)})
print(json.dumps({'made_by': f'scipy {scipy.__version__}, mpmath {mp.__version__}', 'sf': sf, 'power': power}, indent=1))
