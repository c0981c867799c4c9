"""Writing reference cases. The tests read the JSON and never need Python. To make it again:

    python -m venv VENV && VENV/bin/pip install -r scripts/reference/requirements.txt
    for f in drift_cases metric_cases comparison_cases tails; do VENV/bin/python scripts/reference/$f.py; done

Seeds are fixed: the same versions write the same bytes.
"""
import json
import math
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[2] / "test" / "reference" / "generated"


def plain(value):
    """Python's own numbers: numpy's do not go into JSON; NaN and infinity must not."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, np.integer)):
        return int(value)
    number = float(value)
    assert math.isfinite(number), number
    return number


class Cases:
    def __init__(self, source):
        self.source = source
        self.cases = []

    def add(self, group, name, statistic, inputs, expected, tolerance=1e-9, relative=True, source=None):
        self.cases.append(plain({
            "group": group, "name": name, "statistic": statistic, "inputs": inputs, "expected": expected,
            "tolerance": tolerance, "relative": relative, "source": source or self.source,
        }))

    def write(self, name, about):
        names = [case["name"] for case in self.cases]
        assert len(set(names)) == len(names), sorted(n for n in names if names.count(n) > 1)
        FOLDER.mkdir(exist_ok=True)
        body = ",\n".join("  " + json.dumps(case, allow_nan=False) for case in self.cases)
        head = json.dumps(about)
        (FOLDER / f"{name}.json").write_text(f'{{\n "made_by": "scripts/reference/, how is said in common.py",\n "tolerances": {head},\n "cases": [\n{body}\n ]\n}}\n')
        print(name, len(self.cases))
