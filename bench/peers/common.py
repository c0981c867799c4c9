"""What every peer's script shares: reading the data, asking about each pair of tables, one line of JSON at the end.

    python PEER.py simulated FOLDER...           folders of bench/peers/data.ts: how often does it alarm?
    python PEER.py pairs PAIRS.json              [{"name", "reference", "current", "columns"}]: which columns of each pair are flagged?
    python PEER.py validate FILE CHECKS.json     checks of checks.ts on one Parquet file: rows that break each

A peer gives `drift(reference, current)`, which returns the names of the flagged columns and its own verdict on the whole data set (None
where it has none), and `validate(frame, checks)`, which returns how many rows break each check.
"""

import json
import logging
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TQDM_DISABLE", "1")
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import pandas as pd  # noqa: E402


def categorical(frame):
    """Columns of text and of truth; the rest are numbers."""
    return [name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name]) or pd.api.types.is_bool_dtype(frame[name])]


def simulated(folders, drift):
    rows = []
    for folder in map(Path, folders):
        plan = json.loads((folder / "plan.json").read_text())
        tables = {name: list(pd.read_parquet(folder / f"{name}.parquet").groupby("rep")) for name in ("reference", "current", "immaterial", "shifted")}
        columns = plan["columns"]
        counts = {}
        for (rep, reference), (_, current), (_, slightly), (_, shifted) in zip(*tables.values()):
            reference = reference[columns].reset_index(drop=True)
            worlds = {"quiet": (current[columns], None), "immaterial": (slightly[columns], None)}
            for index, scenario in enumerate(plan["scenarios"] if rep < plan["moved"] else []):
                world = current[columns].copy()
                world[scenario["column"]] = shifted[f"s{index}"].to_numpy()
                worlds[scenario["name"]] = (world, scenario["column"])
            for name, (world, column) in worlds.items():
                flagged, verdict = drift(reference, world.reset_index(drop=True))
                count = counts.setdefault(name, {"scenario": name, "rows": plan["rows"], "runs": 0, "alarms": 0, "verdicts": None if verdict is None else 0})
                count["runs"] += 1
                count["alarms"] += bool(flagged) if column is None else column in flagged
                if verdict is not None:
                    count["verdicts"] += bool(verdict)
        rows.extend(counts.values())
    return rows


def pairs(file, drift):
    found = []
    for pair in json.loads(Path(file).read_text()):
        reference, current = (pd.read_parquet(pair[side], columns=pair["columns"]) for side in ("reference", "current"))
        flagged, verdict = drift(reference, current)
        found.append({"name": pair["name"], "flagged": sorted(flagged), "verdict": verdict if verdict is None else bool(verdict)})
    return found


def run(drift=None, validate=None):
    task, *rest = sys.argv[1:]
    if task == "simulated":
        answer = simulated(rest, drift)
    elif task == "pairs":
        answer = pairs(rest[0], drift)
    elif task == "validate":
        file, suite = rest
        checks = json.loads(Path(suite).read_text())
        frame = pd.read_parquet(file, columns=sorted({check["column"] for check in checks}))
        answer = validate(frame, checks)
    else:
        raise SystemExit(f"no task {task}")
    print("\n" + json.dumps(answer))
