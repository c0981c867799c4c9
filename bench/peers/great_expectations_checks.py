"""Great Expectations: the checks as one suite over an in-memory frame, the way its documentation begins. It has no test of two tables."""

import sys

import great_expectations as gx
from great_expectations import expectations as expect

import common

LARGEST = sys.float_info.max
# as pandas stores them. Great Expectations has no name that the text of pandas 3 answers to: of it nothing is asked
TYPES = {
    "integer": ["int64", "int32", "Int64", "Int32"],
    "number": ["float64", "float32", "int64", "int32"],
    "timestamp": ["datetime64[ns]", "datetime64[us]", "datetime64[ms]"],
    "boolean": ["bool", "boolean"],
}
MAKE = {
    "type": lambda c: (expect.ExpectColumnValuesToBeInTypeList, {"type_list": TYPES[c["type"]]}),
    "not_null": lambda c: (expect.ExpectColumnValuesToNotBeNull, {}),
    "nulls_at_most": lambda c: (expect.ExpectColumnValuesToNotBeNull, {"mostly": 1 - c["share"]}),
    "unique": lambda c: (expect.ExpectColumnValuesToBeUnique, {}),
    "at_least": lambda c: (expect.ExpectColumnValuesToBeBetween, {"min_value": c["min"]}),
    "at_most": lambda c: (expect.ExpectColumnValuesToBeBetween, {"max_value": c["max"]}),
    "between": lambda c: (expect.ExpectColumnValuesToBeBetween, {"min_value": c["min"], "max_value": c["max"]}),
    "finite": lambda c: (expect.ExpectColumnValuesToBeBetween, {"min_value": -LARGEST, "max_value": LARGEST}),
    "length": lambda c: (expect.ExpectColumnValueLengthsToBeBetween, {"min_value": c["min"], "max_value": c["max"]}),
    "matches": lambda c: (expect.ExpectColumnValuesToMatchRegex, {"regex": c["pattern"]}),
    "in": lambda c: (expect.ExpectColumnValuesToBeInSet, {"value_set": c["values"]}),
    "not_in": lambda c: (expect.ExpectColumnValuesToNotBeInSet, {"value_set": c["values"]}),
}


def expectation(at, check):
    kind, more = MAKE[check["check"]](check)
    return kind(column=check["column"], meta={"at": at}, **more)


def validate(frame, checks):
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("source").add_dataframe_asset("asset")
    batch = asset.add_batch_definition_whole_dataframe("batch").get_batch({"dataframe": frame})
    asked = [at for at, check in enumerate(checks) if check.get("type") != "string"]
    suite = gx.ExpectationSuite(name="suite", expectations=[expectation(at, checks[at]) for at in asked])
    # a type that is not that of the column has no number of values
    found = {r.expectation_config.meta["at"]: 0 if r.success else r.result.get("unexpected_count", len(frame)) for r in batch.validate(suite).results}
    if sorted(found) != asked:
        raise ValueError(f"asked {asked}, answered {sorted(found)}")
    return [found.get(at, 0) for at in range(len(checks))]


common.run(validate=validate)
