"""Trains the model that orders lines of logs: `python failure_kind.py --table DIR --out DIR`.

DIR of the table is what `stopline train failure-kind` exports. There is no time in these sets, so each set is scored by a model
that the others made, and one that stands alone fold by fold, each by a model of its other logs; the one that is written is made of
all sets whose licence allows it. Boosted trees, starting from the plain
score of the rules, say for each line what the rules leave over.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np

from failure_kind_card import card_of
from onnx_file import graph_of
from table import check_enough, training_sets
from version import Asked, asked, importance, write_model

PARAMETERS = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 6,
    "min_data_in_leaf": 60,
    "lambda_l2": 50,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "seed": 1,
    "deterministic": True,
    "num_threads": 1,
    "verbose": -1,
}
TREES = 60
# The model may move a score by so much, as processors/failure-kind/judge.ts has it; one of score is so much of log odds.
MOST = 1.0
SHARPNESS = 1.6
RESAMPLES = 500
FOLDS = 5


@dataclass(frozen=True)
class Lines:
    features: np.ndarray
    set_of: np.ndarray
    log_of: np.ndarray
    plain: np.ndarray
    decisive: np.ndarray  # NaN where the log has no line marked

    def where(self, mask: np.ndarray) -> "Lines":
        return Lines(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))


def main() -> None:
    of = asked()
    lines = read(of.table)
    marked = lines.where(~np.isnan(lines.decisive))
    sets = list(dict.fromkeys(marked.set_of.tolist()))
    training = training_sets(sets, of.leave_out)
    part = marked.where(np.isin(marked.set_of, training))
    check_enough(len(part.plain), PARAMETERS["min_data_in_leaf"], "lines of logs")
    booster = fit(part)
    graph = graph_of(booster.dump_model(), lines.features.shape[1])
    version = write_model(of, "failure-kind", graph, "labelled")
    left_out = {name: left(marked, name, training) for name in sets}
    result = {
        **version.named,
        "trainedOn": {name: int(len(np.unique(marked.log_of[marked.set_of == name]))) for name in training},
        "scoredOnly": [name for name in sets if name not in training],
        "leftOut": left_out,
        # Sets that may not train can still show that it does harm.
        "later": {"all that trained": pooled([each["gains"] for each in left_out.values()])},
        "inService": in_service(of),
    }
    for each in left_out.values():
        del each["gains"]
    parameters = {**PARAMETERS, "trees": TREES}
    version.finish(result, card_of(result, version.features, importance(booster), parameters), lines.features)


def in_service(of: Asked) -> dict | None:
    """These sets tell no times: nothing in them is later than what the model in service was fitted on."""
    return None if of.known is None else {"version": of.known["version"], "runs": 0}


def read(folder: Path) -> Lines:
    with open(folder / "rows.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return Lines(
        features=np.load(folder / "features.npy"),
        set_of=np.array([row["set"] for row in rows]),
        log_of=np.array([int(row["log"]) for row in rows]),
        plain=np.array([float(row["plain"]) for row in rows]),
        decisive=np.array([float(row["isDecisive"]) if row["isDecisive"] else np.nan for row in rows]),
    )


def fit(lines: Lines) -> lightgbm.Booster:
    """Each log weighs 1, and starts from the rules: their scores as log odds, the most likely line even."""
    _, place, count = np.unique(lines.log_of, return_inverse=True, return_counts=True)
    top = np.full(len(count), -np.inf)
    np.maximum.at(top, place, lines.plain)
    start = SHARPNESS * (lines.plain - top[place])
    data = lightgbm.Dataset(lines.features, lines.decisive, weight=10 / count[place], init_score=start)
    return lightgbm.train(PARAMETERS, data, TREES)


def moved(plain: np.ndarray, score: np.ndarray) -> np.ndarray:
    return plain + np.clip(score, -MOST, MOST)


def left(marked: Lines, name: str, training: list[str]) -> dict:
    """The set scored by models that what is scored took no part in, beside the rules alone."""
    own = marked.where(marked.set_of == name)
    others = marked.where(np.isin(marked.set_of, [other for other in training if other != name]))
    said = by_folds(own) if len(others.plain) == 0 else fit(others).predict(own.features, raw_score=True)
    score = moved(own.plain, said)
    rules, model = (ranks(own, values) for values in (own.plain, score))
    gains = 1 / model - 1 / rules
    return {
        "logs": len(rules),
        "top1": [share(rules, 1), share(model, 1)],
        "top3": [share(rules, 3), share(model, 3)],
        "meanReciprocalRank": [round(float((1 / rules).mean()), 4), round(float((1 / model).mean()), 4)],
        "gains": gains.tolist(),
        **pooled([gains.tolist()]),
    }


def by_folds(lines: Lines) -> np.ndarray:
    """Each log by a model of the logs of the other folds: a set that stands alone has no others to learn from."""
    fold = np.unique(lines.log_of, return_inverse=True)[1] % FOLDS
    said = np.zeros(len(lines.plain))
    for each in range(min(FOLDS, fold.max() + 1)):
        inside = fold == each
        check_enough(int((~inside).sum()), PARAMETERS["min_data_in_leaf"], "lines of logs beside each fold")
        said[inside] = fit(lines.where(~inside)).predict(lines.features[inside], raw_score=True)
    return said


def ranks(lines: Lines, score: np.ndarray) -> np.ndarray:
    """Place of the first decisive line of each log; infinite where none was kept. Of equals, the earlier line comes first."""
    result = []
    for log in np.unique(lines.log_of):
        mask = lines.log_of == log
        order = np.argsort(-score[mask], kind="stable")
        hits = np.flatnonzero(lines.decisive[mask][order] == 1)
        result.append(hits[0] + 1 if len(hits) else np.inf)
    return np.array(result)


def share(rank: np.ndarray, most: int) -> float:
    return round(float((rank <= most).mean()), 4)


def pooled(gains: list[list[float]]) -> dict:
    """Gain in reciprocal rank over the rules, in thousandths, each log once, with a 95 % bootstrap interval over logs."""
    values = np.concatenate([np.array(each) for each in gains]) * 1000
    draw = np.random.default_rng(1).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.quantile(values[draw].mean(1), [0.025, 0.975])
    return {"lead": {"value": round(float(values.mean()), 1), "low": round(float(low), 1), "high": round(float(high), 1)}}


if __name__ == "__main__":
    main()
