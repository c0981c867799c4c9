"""pandera: the checks as one DataFrameSchema, all failures collected (lazy)."""

import numpy as np
import pandas as pd
import pandera.pandas as pandera

import common

TYPES = {
    "integer": pd.api.types.is_integer_dtype,
    "number": pd.api.types.is_numeric_dtype,
    "timestamp": pd.api.types.is_datetime64_any_dtype,
    "boolean": pd.api.types.is_bool_dtype,
    "string": lambda series: pd.api.types.infer_dtype(series, skipna=True) == "string",
}
MAKE = {
    "type": lambda c, **more: pandera.Check(TYPES[c["type"]], **more),
    "nulls_at_most": lambda c, **more: pandera.Check(lambda series: bool(series.isna().mean() <= c["share"]), ignore_na=False, **more),
    "at_least": lambda c, **more: pandera.Check.ge(c["min"], **more),
    "at_most": lambda c, **more: pandera.Check.le(c["max"], **more),
    "between": lambda c, **more: pandera.Check.in_range(c["min"], c["max"], **more),
    "finite": lambda c, **more: pandera.Check(lambda series: ~np.isinf(series), **more),
    "length": lambda c, **more: pandera.Check.str_length(c["min"], c["max"], **more),
    "matches": lambda c, **more: pandera.Check.str_matches(c["pattern"], **more),
    "in": lambda c, **more: pandera.Check.isin(c["values"], **more),
    "not_in": lambda c, **more: pandera.Check.notin(c["values"], **more),
}
# these two are said of the column
SAYS = {"unique": "field_uniqueness", "not_null": "not_nullable"}


def validate(frame, checks):
    numbered = list(enumerate(checks))
    names = dict.fromkeys(check["column"] for check in checks)
    has = lambda name, kind: any(c["column"] == name and c["check"] == kind for c in checks)  # noqa: E731
    schema = pandera.DataFrameSchema(
        {
            name: pandera.Column(
                checks=[MAKE[c["check"]](c, error=f"check {at}") for at, c in numbered if c["column"] == name and c["check"] in MAKE],
                unique=has(name, "unique"),
                nullable=not has(name, "not_null"),
            )
            for name in names
        }
    )
    try:
        schema.validate(frame, lazy=True)
        failed = []
    except pandera.errors.SchemaErrors as error:
        failed = list(zip(error.failure_cases["column"], error.failure_cases["check"].astype(str)))
    return [sum(column == c["column"] and says == SAYS.get(c["check"], f"check {at}") for column, says in failed) for at, c in numbered]


common.run(validate=validate)
