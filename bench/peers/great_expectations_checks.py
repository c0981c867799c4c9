"""Great Expectations: the checks as one suite over an in-memory frame, the way its documentation begins. It has no test of two tables."""

import great_expectations as gx
from great_expectations import expectations as expect

import common

MAKE = {
    "not_null": lambda c: expect.ExpectColumnValuesToNotBeNull(column=c["column"]),
    "unique": lambda c: expect.ExpectColumnValuesToBeUnique(column=c["column"]),
    "between": lambda c: expect.ExpectColumnValuesToBeBetween(column=c["column"], min_value=c["min"], max_value=c["max"]),
    "matches": lambda c: expect.ExpectColumnValuesToMatchRegex(column=c["column"], regex=c["pattern"]),
    "in": lambda c: expect.ExpectColumnValuesToBeInSet(column=c["column"], value_set=c["values"]),
    "not_in": lambda c: expect.ExpectColumnValuesToNotBeInSet(column=c["column"], value_set=c["values"]),
}


def validate(frame, checks):
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("source").add_dataframe_asset("asset")
    batch = asset.add_batch_definition_whole_dataframe("batch").get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite(name="suite", expectations=[MAKE[check["check"]](check) for check in checks])
    results = batch.validate(suite).results
    found = {(r.expectation_config.type, r.expectation_config.kwargs["column"]): r.result["unexpected_count"] for r in results}
    types = {"not_null": "not_be_null", "unique": "be_unique", "between": "be_between", "matches": "match_regex", "in": "be_in_set", "not_in": "not_be_in_set"}
    return [found[(f"expect_column_values_to_{types[check['check']]}", check["column"])] for check in checks]


common.run(validate=validate)
