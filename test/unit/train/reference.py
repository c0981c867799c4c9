"""Makes reference.json: penalised fits by scikit-learn, on the very columns our fit sees. Needs scikit-learn; tests do not."""
import json
import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

rng = np.random.default_rng(7)
n = 300
x = rng.normal(size=n)
gap = (rng.random(n) < 0.15).astype(float)
x[gap == 1] = 0.0
level = rng.integers(0, 4, size=n)
# columns in our order: number, missing, four levels, `other` and `missing` of the levels (both empty here)
design = np.column_stack([x, gap, np.eye(4)[level], np.zeros((n, 2))])
score = 1.2 * x - 0.7 * gap + np.array([0.5, -1.0, 0.0, 0.8])[level]
binary = (rng.random(n) < 1 / (1 + np.exp(-score))).astype(int)
multi = np.clip(np.digitize(score + rng.normal(size=n), [-0.8, 0.9]), 0, 2)
amount = 1000 + 50 * score + rng.normal(scale=20, size=n)
weight = rng.integers(1, 5, size=n).astype(float)

cases = []
for penalty in [0.1, 1.0, 100.0]:
    for w in [None, weight]:
        # our row weights have mean one, so do these
        sw = None if w is None else w / w.mean()
        for task, y in [("binary", binary), ("multiclass", multi)]:
            model = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=100000).fit(design, y, sample_weight=sw)
            scores = model.predict_proba(design)
            cases.append({"task": task, "penalty": penalty, "weighted": w is not None, "scores": scores[:, 1:].round(12).tolist()})
        # we penalise on y scaled to deviation one: the same as ridge, whose solution is linear in y
        model = Ridge(alpha=penalty, solver="cholesky").fit(design, amount, sample_weight=sw)
        cases.append({"task": "regression", "penalty": penalty, "weighted": w is not None, "scores": model.predict(design).reshape(-1, 1).round(9).tolist()})

print(json.dumps({
    "x": x.tolist(), "gap": gap.astype(int).tolist(), "level": level.tolist(), "binary": binary.tolist(), "multiclass": multi.tolist(),
    "regression": amount.tolist(), "weight": weight.tolist(), "cases": cases,
}, separators=(",", ":")))
