"""Asks a server as Triton's own client asks any server of the Open Inference Protocol v2: `python open_inference.py HOST:PORT MODEL FILE`.

FILE holds rows of features as JSON. Prints what the client made of the answers.
"""

import json
import sys

import numpy as np
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException


def input_of(rows: np.ndarray, name: str = "features", is_binary: bool = True) -> InferInput:
    """Binary is what the client does unless told otherwise; NaN is unknown."""
    features = InferInput(name, list(rows.shape), "FP32")
    features.set_data_from_numpy(rows, binary_data=is_binary)
    return features


def scores_of(answer) -> list[float]:
    return answer.as_numpy("score")[:, 0].tolist()


def refusal(ask) -> str | None:
    """What the client says of a refusal; None where there was none."""
    try:
        ask()
    except InferenceServerException as error:
        return error.message()
    return None


def main() -> None:
    address, model, file = sys.argv[1:]
    with open(file, encoding="utf-8") as text:
        rows = np.array(json.load(text), np.float32)
    client = InferenceServerClient(address)
    answer = client.infer(model, [input_of(rows)], request_id="7")
    whole = np.nan_to_num(rows)
    json_only = [InferRequestedOutput("score", binary_data=False)]
    versions = client.get_model_metadata(model)["versions"]
    longs = InferInput("features", list(rows.shape), "INT64")
    longs.set_data_from_numpy(whole.astype(np.int64))
    print(json.dumps({
        "live": client.is_server_live(),
        "ready": client.is_server_ready(),
        "server": client.get_server_metadata(),
        "model": client.get_model_metadata(model),
        "modelReady": [client.is_model_ready(model), client.is_model_ready(model, versions[0]), client.is_model_ready("weather")],
        "answered": {key: answer.get_response()[key] for key in ("id", "model_name", "model_version")},
        "scores": scores_of(answer),
        "asJson": scores_of(client.infer(model, [input_of(whole, is_binary=False)], outputs=json_only)),
        "refused": {
            "model": refusal(lambda: client.get_model_metadata("weather")),
            "width": refusal(lambda: client.infer(model, [input_of(rows[:, :2])])),
            "name": refusal(lambda: client.infer(model, [input_of(rows, "rows")])),
            "output": refusal(lambda: client.infer(model, [input_of(rows)], outputs=[InferRequestedOutput("x")])),
            "type": refusal(lambda: client.infer(model, [longs])),
        },
    }))


if __name__ == "__main__":
    main()
