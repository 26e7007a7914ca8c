"""Trains the model that refines forecasts: `python stopping.py --table DIR --out DIR [--in-service FILE]`.

DIR of the table is what `stopline train stopping` exports. Fits on the first part in time of each set whose licence allows
it, and writes DIR/<version>/{model.onnx, features.json, scores.json, card.md}. What is written is what was scored.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnxruntime

from card import card_of
from fit import chance, fit
from onnx_file import graph_of, version_of, write_onnx
from scores import classes, scores
from table import Table, cut_of, may_train, read_table, recording_of

# So many rows of the table, with the answers to them, are kept beside the model: it is loaded only where they are repeated.
CHECKS = 50


def main() -> None:
    arguments = parsed()
    about = json.loads((arguments.table / "table.json").read_text(encoding="utf-8"))
    table = read_table(arguments.table)
    training = [name for name in table.sets if may_train(name) and name not in arguments.leave_out]
    if not training:
        sys.exit("no set is left that may train a model that is given away: see training/sets.json")
    cuts = {name: cut_of(table, name) for name in table.sets}
    booster = fit(table.where(earlier(table, training, cuts)))
    graph = graph_of(booster.dump_model(), table.features.shape[1])
    version = version_of(graph, day(max(cuts[name] for name in training)))
    folder = arguments.out / version
    folder.mkdir(parents=True, exist_ok=True)
    names = [feature["name"] for feature in about["features"]]
    file = str(folder / "model.onnx")
    write_onnx(graph, file, {"name": "stopping", "version": version, "features": json.dumps(names)})
    result = {
        "name": "stopping",
        "version": version,
        "trainedOn": {name: span(table, name, cuts[name]) for name in training},
        "scoredOnly": [name for name in table.sets if name not in training],
        "later": later(table, cuts, training, file),
        "leftOut": {} if arguments.quick else left_out(table, training, file),
        "inService": against(table, cuts, arguments.in_service, file),
    }
    write_json(folder / "scores.json", result)
    write_json(folder / "features.json", {
        "name": "stopping", "version": version, "features": about["features"],
        "checks": checks_of(table, file),
    })
    (folder / "card.md").write_text(card_of(result, about["features"], importance(booster)), encoding="utf-8")
    print(json.dumps({"version": version, "folder": str(folder)}))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--in-service", type=Path)
    parser.add_argument("--leave-out", nargs="*", default=[])
    parser.add_argument("--quick", action="store_true", help="no scores with sets left out")
    return parser.parse_args()


def earlier(table: Table, sets: list[str], cuts: dict[str, int]) -> np.ndarray:
    mask = np.zeros(len(table.failed), bool)
    for name in sets:
        mask |= (table.set_of == name) & (table.heard_ms < cuts[name])
    return mask


def answers(file: str, features: np.ndarray) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return session.run(["score"], {"features": features})[0][:, 0]


def compared(table: Table, score: np.ndarray) -> dict:
    return scores(table, chance(table.formula, np.zeros(len(score))), chance(table.formula, score))


def later(table: Table, cuts: dict[str, int], training: list[str], file: str) -> dict:
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


def left_out(table: Table, training: list[str], file: str) -> dict:
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


def against(table: Table, cuts: dict[str, int], in_service: Path | None, file: str) -> dict | None:
    """The model in service beside this one, on what is later than either was fitted on."""
    if in_service is None:
        return None
    known = json.loads((in_service / "scores.json").read_text(encoding="utf-8"))
    mask = np.zeros(len(table.failed), bool)
    for name in table.sets:
        until = known["trainedOn"].get(name, {}).get("untilMs", 0)
        mask |= (table.set_of == name) & (table.start_ms >= max(cuts[name], until)) & may_train(name)
    part = table.where(mask)
    if len(part.failed) == 0:
        return {"version": known["version"], "runs": 0}
    old, new = (chance(part.formula, answers(str(path), part.features))
                for path in (in_service / "model.onnx", Path(file)))
    return {"version": known["version"], **scores(part, old, new)}


def checks_of(table: Table, file: str) -> list[dict]:
    rows = np.linspace(0, len(table.failed) - 1, CHECKS).astype(int)
    score = answers(file, table.features[rows])
    return [
        {"features": [None if np.isnan(value) else float(value) for value in table.features[row]], "score": float(said)}
        for row, said in zip(rows, score)
    ]


def importance(booster) -> list[float]:
    gain = booster.feature_importance("gain")
    return (gain / gain.sum()).tolist()


def span(table: Table, name: str, cut: int) -> dict:
    starts = table.start_ms[(table.set_of == name) & (table.heard_ms < cut)]
    runs = len(np.unique(table.run_of[(table.set_of == name) & (table.heard_ms < cut)]))
    return {"from": day(int(starts.min())), "until": day(cut), "untilMs": cut, "runs": runs}


def day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d")


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
