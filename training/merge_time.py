"""Trains the model that refines forecasts of time to merge: `python merge_time.py --table DIR --out DIR [--in-service DIR]`.

DIR of the table is what `stopline train merge-time` exports: a row for each pull request, as it was when it was first heard
of. Boosted trees learn what the formula leaves over, from merges in the first part in time of each set whose licence allows
it. Writes DIR/<version>/{model.onnx, features.json, scores.json, card.md}. What is written is what was scored.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from merge_card import merge_card_of
from onnx_file import ensemble
from table import FIT_SHARE, check_enough, may_train, training_sets, views_of
from version import Asked, answers, asked, day, importance, write_model

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
RESAMPLES = 500
# The pull requests by which a repository counts as new, and the merges of others that a model for it is made of at least.
NEW = (20, 100)
ENOUGH = 1000
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
    of = asked()
    pulls = read_pulls(of.table)
    training = training_sets(pulls.sets, of.leave_out)
    cuts = {name: cut_of(pulls, name) for name in pulls.sets}
    fitted_on = np.isin(pulls.set_of, training) & pulls.merged & (pulls.heard_ms < at_cut(pulls, cuts))
    part = pulls.where(fitted_on)
    check_enough(len(part.merged), PARAMETERS["min_data_in_leaf"], "merged pull requests")
    booster = fit(part)
    graph = graph_of(booster.dump_model(), pulls.features.shape[1])
    version = write_model(of, "merge-time", graph, day(max(cuts[name] for name in training)))
    file = version.model
    later = pulls.where(pulls.merged & (pulls.start_ms >= at_cut(pulls, cuts)))
    result = {
        **version.named,
        "trainedOn": {name: span(part, name, cuts[name]) for name in training},
        "scoredOnly": [name for name in pulls.sets if name not in training],
        "later": {
            **{name: compared(later.where(later.set_of == name), file) for name in pulls.sets},
            "all that trained": compared(later.where(np.isin(later.set_of, training)), file),
        },
        "leftOut": {} if of.quick else left_out(pulls, training, cuts),
        "inService": against(later, of, file),
    }
    parameters = {**PARAMETERS, "trees": TREES}
    version.finish(result, merge_card_of(result, version.features, importance(booster), parameters), pulls.features)


def fit(part: Pulls) -> lightgbm.Booster:
    return lightgbm.train(PARAMETERS, lightgbm.Dataset(part.features, part.left), TREES)


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


def compared(part: Pulls, file: Path, before: Path | None = None) -> dict:
    """Mean absolute error of log time of the formula (or of `before`) and of the model; `lead` is what it saves, over days."""
    shift = lambda path: np.clip(answers(path, part.features), -LIMIT, LIMIT)
    old = np.abs(part.left - (0 if before is None else shift(before)))
    new = np.abs(part.left - shift(file))
    return difference(part.start_ms // DAY_MS, old, new)


def difference(days: np.ndarray, old: np.ndarray, new: np.ndarray) -> dict:
    low, high = interval(old - new, days)
    return {
        "pulls": int(len(new)),
        "error": [round(float(old.mean()), 4), round(float(new.mean()), 4)],
        "lead": {"value": round(float((old - new).mean()), 4), "low": round(low, 4), "high": round(high, 4)},
    }


def left_out(pulls: Pulls, training: list[str], cuts: dict[str, int]) -> dict:
    """What a model gives a repository that it has not seen, each left out in turn: the part of it after the cut, by a model that the
    others made of theirs before it; and its 20th to 100th pull request, by what the others had merged before the 20th was opened.
    Repositories that came before the others had merged enough take no part in the latter."""
    taught = pulls.where(np.isin(pulls.set_of, training))
    taught = taught.where(np.argsort(taught.start_ms, kind="stable"))
    cut = at_cut(taught, cuts)
    place = np.zeros(len(taught.merged), int)
    later, new = [], []
    for name in np.unique(taught.repo_of):
        own = taught.repo_of == name
        place[own] = np.arange(1, own.sum() + 1)
        others = taught.merged & ~own
        later.append(unseen(taught, others & (taught.heard_ms < cut), own & (taught.start_ms >= cut)))
        young = own & (place >= NEW[0]) & (place <= NEW[1])
        if young.any():
            new.append(unseen(taught, others & (taught.heard_ms < taught.start_ms[young][0]), young))
    return {"later": together(later), "new": together(new)}


def unseen(pulls: Pulls, fitted_on: np.ndarray, scored: np.ndarray) -> np.ndarray | None:
    """Rows of day, error of the formula, error of the model, one for each merge; None where there is too little to fit."""
    part = pulls.where(scored & pulls.merged)
    if fitted_on.sum() < ENOUGH or len(part.merged) == 0:
        return None
    shift = np.clip(fit(pulls.where(fitted_on)).predict(part.features), -LIMIT, LIMIT)
    return np.stack([part.start_ms // DAY_MS, np.abs(part.left), np.abs(part.left - shift)])


def together(repositories: list[np.ndarray | None]) -> dict:
    found = [each for each in repositories if each is not None]
    counts = {"repositories": len(found), "notScored": len(repositories) - len(found)}
    return {**counts, **(difference(*np.concatenate(found, axis=1)) if found else {})}


def interval(values: np.ndarray, days: np.ndarray) -> tuple[float, float]:
    """95 % of the means over days drawn with replacement."""
    _, place = np.unique(days, return_inverse=True)
    sums, counts = np.bincount(place, values), np.bincount(place)
    random = np.random.default_rng(1)
    drawn = random.integers(len(sums), size=(RESAMPLES, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    return tuple(float(value) for value in np.quantile(means, [0.025, 0.975]))


def against(later: Pulls, of: Asked, file: Path) -> dict | None:
    """The model in service beside this one, on what is later than either was fitted on."""
    known = of.known
    if of.in_service is None or known is None:
        return None
    until = {name: part["untilMs"] for name, part in known["trainedOn"].items()}
    fresh = np.array([may_train(name) for name in later.set_of], bool)
    fresh &= later.start_ms >= np.array([until.get(name, 0) for name in later.set_of])
    if not fresh.any():
        return {"version": known["version"], "runs": 0}
    found = compared(later.where(fresh), file, of.in_service / "model.onnx")
    return {"version": known["version"], "runs": found["pulls"], **found}


def span(part: Pulls, name: str, cut: int) -> dict:
    starts = part.start_ms[part.set_of == name]
    named = {"from": day(int(starts.min())), "until": day(cut), "untilMs": cut, "alsoAs": views_of(name)}
    return {**named, "pulls": int(len(starts))}


if __name__ == "__main__":
    main()
