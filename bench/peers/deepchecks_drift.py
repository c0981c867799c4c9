"""deepchecks: FeatureDrift with its default condition (Kolmogorov-Smirnov or Cramér's V above 0.2). It looks at no more than 10,000 rows by default."""

from deepchecks.tabular import Dataset
from deepchecks.tabular.checks import FeatureDrift

import common


def drift(reference, current):
    labels = common.categorical(reference)
    check = FeatureDrift(n_top_columns=len(reference.columns)).add_condition_drift_score_less_than()
    result = check.run(Dataset(reference, cat_features=labels), Dataset(current, cat_features=labels))
    failed = [condition.details for condition in result.conditions_results if not condition.is_pass()]
    flagged = {name for name in result.value if any(f"'{name}'" in details for details in failed)}
    return flagged, bool(failed)


common.run(drift=drift)
