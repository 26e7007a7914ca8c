"""Trains the model that refines forecasts of time to merge: `python merge_time.py --table DIR --out DIR [--in-service DIR]`.

DIR of the table is what `stopline train merge-time` exports: a row for each pull request, as it was when it was first heard
of. Boosted trees learn what the formula leaves over, from merges in the first part in time of each set whose licence allows
it. Writes DIR/<version>/{model.onnx, features.json, scores.json, card.md}. What is written is what was scored.
"""

import argparse
import csv
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import lightgbm
import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from merge_card import merge_card_of
from onnx_file import ensemble, version_of, write_onnx
from table import FIT_SHARE, may_train

# Few and slow; Huber's loss, since some pull requests lie for years and say nothing of the others.
PARAMETERS = {
    "objective": "huber",
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 200,
    "lambda_l2": 50,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.6,
    "bagging_freq": 1,
    "seed": 1,
    "deterministic": True,
    "num_threads": 1,
    "verbose": -1,
}
TREES = 150
# No answer moves the time by more than a factor of 4.5; the same limit stands in processors/merge-time/trained.ts.
LIMIT = 1.5
CHECKS = 50
RESAMPLES = 500
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Pulls:
    """One row for each pull request that ended. The first feature is the log time that the formula expects."""

    features: np.ndarray
    set_of: np.ndarray
    repo_of: np.ndarray
    start_ms: np.ndarray
    heard_ms: np.ndarray
    merged: np.ndarray
    log_time: np.ndarray

    @property
    def left(self) -> np.ndarray:
        return self.log_time - self.features[:, 0]

    def where(self, mask: np.ndarray) -> "Pulls":
        return Pulls(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))

    @property
    def sets(self) -> list[str]:
        return list(dict.fromkeys(self.set_of.tolist()))


def main() -> None:
    arguments = parsed()
    about = json.loads((arguments.table / "table.json").read_text(encoding="utf-8"))
    pulls = read_pulls(arguments.table)
    training = [name for name in pulls.sets if may_train(name) and name not in arguments.leave_out]
    if not training:
        sys.exit("no set is left that may train a model that is given away: see training/sets.json")
    cuts = {name: cut_of(pulls, name) for name in pulls.sets}
    fitted_on = np.isin(pulls.set_of, training) & pulls.merged & (pulls.heard_ms < at_cut(pulls, cuts))
    part = pulls.where(fitted_on)
    booster = lightgbm.train(PARAMETERS, lightgbm.Dataset(part.features, part.left), TREES)
    graph = graph_of(booster.dump_model(), pulls.features.shape[1])
    version = version_of(graph, day(max(cuts[name] for name in training)))
    folder = arguments.out / version
    folder.mkdir(parents=True, exist_ok=True)
    names = [feature["name"] for feature in about["features"]]
    file = folder / "model.onnx"
    write_onnx(graph, str(file), {"name": "merge-time", "version": version, "features": json.dumps(names)})
    later = pulls.where(pulls.merged & (pulls.start_ms >= at_cut(pulls, cuts)))
    result = {
        "name": "merge-time",
        "version": version,
        "trainedOn": {name: span(part, name, cuts[name]) for name in training},
        "scoredOnly": [name for name in pulls.sets if name not in training],
        "later": {
            **{name: compared(later.where(later.set_of == name), file) for name in pulls.sets},
            "all that trained": compared(later.where(np.isin(later.set_of, training)), file),
        },
        "inService": against(later, arguments.in_service, file),
    }
    write_json(folder / "scores.json", result)
    checks = checks_of(pulls, file)
    write_json(folder / "features.json", {"name": "merge-time", "version": version, "features": about["features"], "checks": checks})
    gain = booster.feature_importance("gain")
    card = merge_card_of(result, about["features"], (gain / gain.sum()).tolist(), {**PARAMETERS, "trees": TREES})
    (folder / "card.md").write_text(card, encoding="utf-8")
    print(json.dumps({"version": version, "folder": str(folder)}))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--in-service", type=Path)
    parser.add_argument("--leave-out", nargs="*", default=[])
    parser.add_argument("--quick", action="store_true", help="taken for the sake of the other models")
    return parser.parse_args()


def read_pulls(folder: Path) -> Pulls:
    with open(folder / "rows.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    column = lambda name, of: np.array([of(row[name]) for row in rows])
    return Pulls(
        features=np.load(folder / "features.npy"),
        set_of=column("set", str),
        repo_of=column("repo", str),
        start_ms=column("startMs", int),
        heard_ms=column("heardMs", int),
        merged=column("merged", lambda text: text == "1"),
        log_time=column("logTime", float),
    )


def cut_of(pulls: Pulls, name: str) -> int:
    """The instant that parts a set: what was heard to end before it is fitted on, what opened at it or later is scored."""
    starts = np.sort(pulls.start_ms[pulls.set_of == name])
    return int(starts[int(len(starts) * FIT_SHARE)])


def at_cut(pulls: Pulls, cuts: dict[str, int]) -> np.ndarray:
    return np.array([cuts[name] for name in pulls.set_of])


def graph_of(trees: dict, features: int):
    nodes = [
        helper.make_node(
            "TreeEnsembleRegressor", ["features"], ["score"], domain="ai.onnx.ml", n_targets=1,
            aggregate_function="SUM", post_transform="NONE", **ensemble(trees),
        ),
        helper.make_node("Clip", ["score", "low", "high"], ["limited"]),
        helper.make_node("Gather", ["features", "first"], ["formula"], axis=1),
        helper.make_node("Add", ["formula", "limited"], ["logSeconds"]),
    ]
    constants = [
        numpy_helper.from_array(np.array(-LIMIT, np.float32), "low"),
        numpy_helper.from_array(np.array(LIMIT, np.float32), "high"),
        numpy_helper.from_array(np.array([0], np.int64), "first"),
    ]
    column = lambda name, width: helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, width])
    return helper.make_graph(
        nodes, "stopline", [column("features", features)], [column("logSeconds", 1), column("score", 1)], constants,
    )


def answers(file: Path, features: np.ndarray) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return session.run(["score"], {"features": features})[0][:, 0]


def compared(part: Pulls, file: Path, before: Path | None = None) -> dict:
    """Mean absolute error of log time of the formula (or of `before`) and of the model; `lead` is what it saves, over days."""
    shift = lambda path: np.clip(answers(path, part.features), -LIMIT, LIMIT)
    old = np.abs(part.left - (0 if before is None else shift(before)))
    new = np.abs(part.left - shift(file))
    low, high = interval(old - new, part.start_ms // DAY_MS)
    return {
        "pulls": int(len(new)),
        "error": [round(float(old.mean()), 4), round(float(new.mean()), 4)],
        "lead": {"value": round(float((old - new).mean()), 4), "low": round(low, 4), "high": round(high, 4)},
    }


def interval(values: np.ndarray, days: np.ndarray) -> tuple[float, float]:
    """95 % of the means over days drawn with replacement."""
    _, place = np.unique(days, return_inverse=True)
    sums, counts = np.bincount(place, values), np.bincount(place)
    random = np.random.default_rng(1)
    drawn = random.integers(len(sums), size=(RESAMPLES, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    return tuple(float(value) for value in np.quantile(means, [0.025, 0.975]))


def against(later: Pulls, in_service: Path | None, file: Path) -> dict | None:
    """The model in service beside this one, on what is later than either was fitted on."""
    if in_service is None:
        return None
    known = json.loads((in_service / "scores.json").read_text(encoding="utf-8"))
    until = {name: of["untilMs"] for name, of in known["trainedOn"].items()}
    fresh = np.array([may_train(name) for name in later.set_of], bool)
    fresh &= later.start_ms >= np.array([until.get(name, 0) for name in later.set_of])
    if not fresh.any():
        return {"version": known["version"], "runs": 0}
    found = compared(later.where(fresh), file, in_service / "model.onnx")
    return {"version": known["version"], "runs": found["pulls"], **found}


def checks_of(pulls: Pulls, file: Path) -> list[dict]:
    rows = np.linspace(0, len(pulls.merged) - 1, CHECKS).astype(int)
    said = answers(file, pulls.features[rows])
    return [
        {"features": [float(value) for value in pulls.features[row]], "score": float(score)}
        for row, score in zip(rows, said)
    ]


def span(part: Pulls, name: str, cut: int) -> dict:
    starts = part.start_ms[part.set_of == name]
    return {"from": day(int(starts.min())), "until": day(cut), "untilMs": cut, "pulls": int(len(starts))}


def day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d")


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
