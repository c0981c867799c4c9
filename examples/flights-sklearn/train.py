"""Trains the flights model with scikit-learn and writes it as ONNX, one input per column.

Run by modelgate (`train: {run: [python, train.py]}`) or by hand, in this folder.
"""

from pathlib import Path

import pandas as pd
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS = ["hour", "distance"]
CATEGORIES = ["weekday"]
AIRPORTS = ["origin", "destination"]
COLUMNS = ["hour", "weekday", "distance", "origin", "destination"]

here = Path(__file__).parent
flights = pd.read_parquet(here / "../flights/data/train.parquet")

model = make_pipeline(
    ColumnTransformer(
        [
            ("numbers", StandardScaler(), NUMBERS),
            ("categories", OneHotEncoder(handle_unknown="ignore"), CATEGORIES),
            # an airport of few flights says more about its few flights than about the airport
            ("airports", OneHotEncoder(handle_unknown="ignore", min_frequency=200), AIRPORTS),
        ]
    ),
    LogisticRegression(C=0.02, max_iter=1000),
)
model.fit(flights[COLUMNS], flights["late"])

types = {"origin": StringTensorType([None, 1]), "destination": StringTensorType([None, 1])}
inputs = [(column, types.get(column, Int64TensorType([None, 1]))) for column in COLUMNS]
# ZipMap, the converter's default, is left on: modelgate takes it out in memory
onnx = convert_sklearn(model, initial_types=inputs, target_opset=17)

path = here / "models/flights.onnx"
path.parent.mkdir(exist_ok=True)
path.write_bytes(onnx.SerializeToString())
print(f"trained on {len(flights):,} flights, {flights['late'].mean():.1%} of them late")
