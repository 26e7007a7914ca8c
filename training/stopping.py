"""Trains the model that refines forecasts: `python stopping.py --table DIR --out DIR [--in-service FILE]`.

DIR of the table is what `stopline train stopping` exports. Fits on the first part in time of each set whose licence allows
it, and writes DIR/<version>/{model.onnx, features.json, scores.json, card.md}. What is written is what was scored.
"""

from pathlib import Path

import numpy as np

from card import card_of
from fit import PARAMETERS, chance, fit
from onnx_file import graph_of
from scores import classes, scores
from table import Table, check_enough, cut_of, may_train, read_table, recording_of, training_sets, views_of
from version import Asked, answers, asked, day, importance, write_model


def main() -> None:
    of = asked()
    table = read_table(of.table)
    training = training_sets(table.sets, of.leave_out)
    cuts = {name: cut_of(table, name) for name in table.sets}
    part = table.where(earlier(table, training, cuts))
    check_enough(len(part.failed), PARAMETERS["min_data_in_leaf"], "forecasts of runs that ended")
    booster = fit(part)
    graph = graph_of(booster.dump_model(), table.features.shape[1])
    version = write_model(of, "stopping", graph, day(max(cuts[name] for name in training)))
    file = version.model
    result = {
        **version.named,
        "trainedOn": {name: span(table, name, cuts[name]) for name in training},
        "scoredOnly": [name for name in table.sets if name not in training],
        "later": later(table, cuts, training, file),
        "leftOut": {} if of.quick else left_out(table, training, file),
        "inService": against(table, cuts, of, file),
    }
    version.finish(result, card_of(result, version.features, importance(booster)), table.features)


def earlier(table: Table, sets: list[str], cuts: dict[str, int]) -> np.ndarray:
    mask = np.zeros(len(table.failed), bool)
    for name in sets:
        mask |= (table.set_of == name) & (table.heard_ms < cuts[name])
    return mask


def compared(table: Table, score: np.ndarray) -> dict:
    return scores(table, chance(table.formula, np.zeros(len(score))), chance(table.formula, score))


def later(table: Table, cuts: dict[str, int], training: list[str], file: Path) -> dict:
    """The last part in time of each set: none of it was fitted on."""
    result = {}
    for name in table.sets:
        part = table.where((table.set_of == name) & (table.start_ms >= cuts[name]))
        result[name] = compared(part, answers(file, part.features))
    of_training = np.zeros(len(table.failed), bool)
    for name in training:
        of_training |= (table.set_of == name) & (table.start_ms >= cuts[name])
    part = table.where(of_training)
    score = answers(file, part.features)
    result["all that trained"] = compared(part, score)
    for kind, mask in classes(part).items():
        if mask.any():
            result[kind] = compared(part.where(mask), score[mask])
    return result


def left_out(table: Table, training: list[str], file: Path) -> dict:
    """Each set as a community that was never seen: its recording took no part in the fit."""
    result = {}
    for name in table.sets:
        others = [other for other in training if recording_of(other) != recording_of(name)]
        part = table.where(table.set_of == name)
        if len(others) == len(training):
            result[name] = compared(part, answers(file, part.features))
        elif others:
            booster = fit(table.where(np.isin(table.set_of, others)))
            result[name] = compared(part, booster.predict(part.features, raw_score=True))
    return result


def against(table: Table, cuts: dict[str, int], of: Asked, file: Path) -> dict | None:
    """The model in service beside this one, on what is later than either was fitted on."""
    known = of.known
    if of.in_service is None or known is None:
        return None
    mask = np.zeros(len(table.failed), bool)
    for name in table.sets:
        until = known["trainedOn"].get(name, {}).get("untilMs", 0)
        mask |= (table.set_of == name) & (table.start_ms >= max(cuts[name], until)) & may_train(name)
    part = table.where(mask)
    if len(part.failed) == 0:
        return {"version": known["version"], "runs": 0}
    old, new = (chance(part.formula, answers(path, part.features)) for path in (of.in_service / "model.onnx", file))
    return {"version": known["version"], **scores(part, old, new)}


def span(table: Table, name: str, cut: int) -> dict:
    starts = table.start_ms[(table.set_of == name) & (table.heard_ms < cut)]
    runs = len(np.unique(table.run_of[(table.set_of == name) & (table.heard_ms < cut)]))
    named = {"from": day(int(starts.min())), "until": day(cut), "untilMs": cut, "alsoAs": views_of(name)}
    return {**named, "runs": runs}


if __name__ == "__main__":
    main()
