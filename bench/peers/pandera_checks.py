"""pandera: the checks as one DataFrameSchema, all failures collected (lazy)."""

import pandera.pandas as pandera

import common

MAKE = {
    "between": lambda c: pandera.Check.in_range(c["min"], c["max"]),
    "matches": lambda c: pandera.Check.str_matches(c["pattern"]),
    "in": lambda c: pandera.Check.isin(c["values"]),
    "not_in": lambda c: pandera.Check.notin(c["values"]),
}
SAYS = {"between": "in_range", "matches": "str_matches", "in": "isin", "not_in": "notin", "unique": "field_uniqueness", "not_null": "not_nullable"}


def validate(frame, checks):
    names = {check["column"] for check in checks}
    of = lambda name, kind: [c for c in checks if c["column"] == name and c["check"] == kind]  # noqa: E731
    schema = pandera.DataFrameSchema(
        {
            name: pandera.Column(
                checks=[MAKE[c["check"]](c) for c in checks if c["column"] == name and c["check"] in MAKE],
                unique=bool(of(name, "unique")),
                nullable=not of(name, "not_null"),
            )
            for name in names
        }
    )
    try:
        schema.validate(frame, lazy=True)
        failed = []
    except pandera.errors.SchemaErrors as error:
        failed = list(zip(error.failure_cases["column"], error.failure_cases["check"].astype(str)))
    return [sum(column == c["column"] and says.startswith(SAYS[c["check"]]) for column, says in failed) for c in checks]


common.run(validate=validate)
