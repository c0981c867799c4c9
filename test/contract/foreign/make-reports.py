"""Reports of other tools over one small table with faults in it, for reports.test.ts. Every text in the table is a canary.

python -m venv VENV && VENV/bin/pip install great_expectations==1.24.1 'pandera[pandas]==0.35.0' pytest==9.2.0
VENV/bin/python test/contract/foreign/make-reports.py
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import great_expectations as gx
import pandas as pd
import pandera.pandas as pa

out = Path(__file__).parent / "fixtures"
out.mkdir(exist_ok=True)
frame = pd.DataFrame({"age": [31, -4, None, 25, 40], "plan": ["canary-a", "canary-b", "canary-a", "canary-z", "canary-b"]})

def tidy(text):
    """Without the folders of whoever ran this."""
    return re.sub(r'/[A-Za-z0-9_./-]*/(?=[a-z_]+\.py)', '', re.sub(r'hostname="[^"]*"', 'hostname="here"', text))


context = gx.get_context(mode="ephemeral")
batch = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
suite = context.suites.add(gx.ExpectationSuite(name="s"))
for expectation in (
    gx.expectations.ExpectTableRowCountToBeBetween(min_value=1, max_value=10),
    gx.expectations.ExpectColumnValuesToNotBeNull(column="age"),
    gx.expectations.ExpectColumnValuesToBeBetween(column="age", min_value=0),
    gx.expectations.ExpectColumnValuesToBeInSet(column="plan", value_set=["canary-a", "canary-b"], severity="warning"),
    gx.expectations.ExpectColumnValuesToNotBeNull(column="nowhere"),
):
    suite.add_expectation(expectation)
definition = context.validation_definitions.add(gx.ValidationDefinition(name="v", data=batch, suite=suite))
parameters = {"dataframe": frame}
(out / "gx-validation.json").write_text(tidy(json.dumps(definition.run(batch_parameters=parameters).to_json_dict(), indent=1)))
checkpoint = context.checkpoints.add(gx.Checkpoint(name="c", validation_definitions=[definition]))
(out / "gx-checkpoint.json").write_text(checkpoint.run(batch_parameters=parameters).describe())

schema = pa.DataFrameSchema({"age": pa.Column(float, pa.Check.ge(0)), "plan": pa.Column(str, pa.Check.isin(["canary-a", "canary-b"])), "gone": pa.Column(int)})
try:
    schema.validate(frame, lazy=True)
except pa.errors.SchemaErrors as error:
    (out / "pandera.json").write_text(json.dumps(error.message, indent=1, default=str))

tests = '''import pytest
@pytest.mark.parametrize("plan", ["canary-a", "canary-z"])
def test_plan(plan): assert plan != "canary-z", "<canary> & more"
def test_rows(): pass
@pytest.mark.skip(reason="canary")
def test_later(): pass
@pytest.fixture
def broken(): raise RuntimeError("canary ]]>")
def test_setup(broken): pass
'''
with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "test_data.py").write_text(tests)
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml", str(out / "junit.xml"), folder], cwd=folder, stdout=subprocess.DEVNULL)
(out / "junit.xml").write_text(tidy((out / "junit.xml").read_text()))
