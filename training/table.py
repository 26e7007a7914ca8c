"""The training table as `stopline train` writes it: features.npy, and rows.csv beside it, line by line."""

import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
# The first part in time of each set is fitted on, the rest is scored.
FIT_SHARE = 0.7


@dataclass(frozen=True)
class Table:
    """One row for each forecast that is scored. The first feature is the log odds of the formula."""

    features: np.ndarray  # float32, NaN where unknown
    failed: np.ndarray
    set_of: np.ndarray
    job_of: np.ndarray
    run_of: np.ndarray
    start_ms: np.ndarray
    heard_ms: np.ndarray
    is_at_start: np.ndarray
    weight: np.ndarray  # of a run 1, shared by its rows

    @property
    def formula(self) -> np.ndarray:
        return self.features[:, 0].astype(float)

    def where(self, mask: np.ndarray) -> "Table":
        return Table(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))

    @property
    def sets(self) -> list[str]:
        return list(dict.fromkeys(self.set_of.tolist()))


def read_table(folder: Path) -> Table:
    with open(folder / "rows.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    runs = np.array([int(row["run"]) for row in rows])
    _, place, count = np.unique(runs, return_inverse=True, return_counts=True)
    return Table(
        features=np.load(folder / "features.npy"),
        failed=np.array([int(row["failed"]) for row in rows]),
        set_of=np.array([row["set"] for row in rows]),
        job_of=np.array([row["job"] for row in rows]),
        run_of=runs,
        start_ms=np.array([int(row["startMs"]) for row in rows]),
        heard_ms=np.array([int(row["heardMs"]) for row in rows]),
        is_at_start=np.array([float(row["elapsedSeconds"]) == 0 for row in rows]),
        weight=1 / count[place],
    )


def known_sets() -> dict:
    """Licences of the recordings we know. Sets that are not among them are the community's own."""
    return json.loads((HERE / "sets.json").read_text(encoding="utf-8"))


def may_train(name: str) -> bool:
    return known_sets().get(name, {"isTraining": True})["isTraining"]


def training_sets(sets: list[str], left_out: list[str]) -> list[str]:
    """Sets that are fitted on; ends the program where none is left."""
    training = [name for name in sets if may_train(name) and name not in left_out]
    if not training:
        sys.exit("no set is left that may train a model that is given away: see training/sets.json")
    return training


def check_enough(rows: int, least: int, what: str) -> None:
    """Ends the program where no tree could be grown: a model of so few would say nothing that the formula does not."""
    if rows < least:
        sys.exit(f"too few to train on: {rows} {what} to fit, {least} at least; topics reach back as far as they are kept "
                 "(stopline topics), recorded folders named beside them as far as they go; "
                 "what is in service stays, and without a model the formula goes on")


def recording_of(name: str) -> str:
    """Two views of one recording count as one where a set is left out."""
    return known_sets().get(name, {}).get("recording", name)


def views_of(name: str) -> list[str]:
    """Other sets that are views of the same recording: what was fitted on one has seen the outcomes of all."""
    return [other for other in known_sets() if other != name and recording_of(other) == recording_of(name)]


def cut_of(table: Table, name: str) -> int:
    """The instant that parts a set: runs heard to end before it are fitted on, runs that start at it or later are scored."""
    _, first = np.unique(table.run_of[table.set_of == name], return_index=True)
    starts = np.sort(table.start_ms[table.set_of == name][first])
    return int(starts[int(len(starts) * FIT_SHARE)])
