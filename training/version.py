"""What every trainer is asked, and the folder that every trainer writes: DIR/<version>/{model.onnx, features.json, scores.json, card.md}."""

import argparse
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from onnx_file import version_of, write_onnx

# What is trained is nobody else's business.
onnxruntime.disable_telemetry_events()

# So many rows of the table, with the answers to them, are kept beside the model: it is loaded only where they are repeated.
CHECKS = 50


@dataclass(frozen=True)
class Asked:
    """What `stopline train` asks of a trainer."""

    table: Path
    out: Path
    in_service: Path | None
    leave_out: list[str]
    quick: bool

    @property
    def features(self) -> list[dict]:
        """Names and meanings, in the order of the columns."""
        return json.loads((self.table / "table.json").read_text(encoding="utf-8"))["features"]

    @property
    def known(self) -> dict | None:
        """What training wrote of the model in service; None where there is none."""
        if self.in_service is None:
            return None
        return json.loads((self.in_service / "scores.json").read_text(encoding="utf-8"))


def asked() -> Asked:
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", type=Path, required=True, help="what stopline train exports")
    parser.add_argument("--out", type=Path, required=True, help="folder of the versions of the model")
    parser.add_argument("--in-service", type=Path, help="folder of the version in service")
    parser.add_argument("--leave-out", nargs="*", default=[], help="sets that take no part in the fit")
    parser.add_argument("--quick", action="store_true", help="no scores with sets left out, where a trainer has such")
    return Asked(**vars(parser.parse_args()))


@dataclass(frozen=True)
class Version:
    """A version whose model is written, and whose papers are not yet."""

    name: str
    version: str
    folder: Path
    features: list[dict]

    @property
    def model(self) -> Path:
        return self.folder / "model.onnx"

    @property
    def named(self) -> dict[str, str]:
        return {"name": self.name, "version": self.version}

    def finish(self, result: dict, card: str, rows: np.ndarray) -> None:
        """Writes the scores, the card, and what the model says to some of the rows; tells whoever called where it all is."""
        write_json(self.folder / "scores.json", result)
        write_json(self.folder / "features.json", {
            **self.named, "features": self.features, "checks": checks_of(rows, self.model),
        })
        (self.folder / "card.md").write_text(card, encoding="utf-8")
        print(json.dumps({"version": self.version, "folder": str(self.folder)}))


def write_model(of: Asked, name: str, graph: onnx.GraphProto, data_end: str) -> Version:
    version = Version(name, version_of(graph, data_end), of.out / version_of(graph, data_end), of.features)
    version.folder.mkdir(parents=True, exist_ok=True)
    names = json.dumps([feature["name"] for feature in version.features])
    write_onnx(graph, str(version.model), {**version.named, "features": names})
    return version


def answers(file: Path, features: np.ndarray) -> np.ndarray:
    """What the trees say, by onnxruntime on one thread: the same rows give the same bits."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return session.run(["score"], {"features": features})[0][:, 0]


def checks_of(features: np.ndarray, file: Path) -> list[dict]:
    rows = np.linspace(0, len(features) - 1, CHECKS).astype(int)
    return [
        {"features": [None if np.isnan(value) else float(value) for value in row], "score": float(said)}
        for row, said in zip(features[rows], answers(file, features[rows]))
    ]


def importance(booster) -> list[float]:
    """Share of each feature in the gain of all splits."""
    gain = booster.feature_importance("gain")
    return (gain / max(gain.sum(), 1e-12)).tolist()


def day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d")


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
