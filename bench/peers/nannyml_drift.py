"""NannyML: UnivariateDriftCalculator at its defaults (Jensen-Shannon, ten chunks, three standard deviations). A column is flagged when any chunk of it alerts."""

import nannyml

import common


def drift(reference, current):
    calculator = nannyml.UnivariateDriftCalculator(column_names=list(reference.columns))
    calculator.fit(reference)
    found = calculator.calculate(current).filter(period="analysis").to_df()
    alerts = [key for key in found.columns if key[-1] == "alert"]
    return {key[0] for key in alerts if found[key].any()}, None


common.run(drift=drift)
