"""Evidently: DataDriftPreset with its own tests, at its defaults."""

from evidently import Report
from evidently.presets import DataDriftPreset

import common


def drift(reference, current):
    found = Report([DataDriftPreset()], include_tests=True).run(current, reference).dict()["tests"]
    failed = [test["metric_config"] for test in found if str(test["status"]).endswith("FAIL")]
    kinds = [config.get("params", config) for config in failed]
    return {kind["column"] for kind in kinds if "column" in kind}, any("column" not in kind for kind in kinds)


common.run(drift=drift)
