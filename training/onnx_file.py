"""Writes boosted trees as an ONNX file: `score` is what they add to the log odds in the first feature, `probability` the chance."""

import hashlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fit import LIMIT

MOST = float(np.finfo(np.float32).max)
OPSETS = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]


def graph_of(trees: dict, features: int) -> onnx.GraphProto:
    nodes = [
        helper.make_node(
            "TreeEnsembleRegressor", ["features"], ["score"], domain="ai.onnx.ml", n_targets=1,
            aggregate_function="SUM", post_transform="NONE", **ensemble(trees),
        ),
        helper.make_node("Clip", ["score", "low", "high"], ["limited"]),
        helper.make_node("Gather", ["features", "first"], ["formula"], axis=1),
        helper.make_node("Add", ["formula", "limited"], ["odds"]),
        helper.make_node("Sigmoid", ["odds"], ["probability"]),
    ]
    constants = [
        numpy_helper.from_array(np.array(-LIMIT, np.float32), "low"),
        numpy_helper.from_array(np.array(LIMIT, np.float32), "high"),
        numpy_helper.from_array(np.array([0], np.int64), "first"),
    ]
    column = lambda name, width: helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, width])
    return helper.make_graph(
        nodes, "stopline", [column("features", features)],
        [column("probability", 1), column("score", 1)], constants,
    )


def ensemble(model: dict) -> dict:
    """The trees as lists, node by node, as the operator takes them."""
    lists: dict[str, list] = {
        name: [] for name in (
            "nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_values", "nodes_modes", "nodes_truenodeids",
            "nodes_falsenodeids", "nodes_missing_value_tracks_true", "target_treeids", "target_nodeids", "target_ids",
            "target_weights",
        )
    }
    for tree in model["tree_info"]:
        add_node(lists, tree["tree_index"], tree["tree_structure"], [0])
    return lists


def add_node(lists: dict, tree: int, node: dict, used: list[int]) -> int:
    number = used[0]
    used[0] += 1
    at = len(lists["nodes_treeids"])
    is_leaf = "leaf_value" in node
    lists["nodes_treeids"].append(tree)
    lists["nodes_nodeids"].append(number)
    lists["nodes_featureids"].append(0 if is_leaf else node["split_feature"])
    lists["nodes_values"].append(0.0 if is_leaf else floor32(node["threshold"]))
    lists["nodes_modes"].append("LEAF" if is_leaf else "BRANCH_LEQ")
    lists["nodes_truenodeids"].append(0)
    lists["nodes_falsenodeids"].append(0)
    lists["nodes_missing_value_tracks_true"].append(int(not is_leaf and misses_go_left(node)))
    if is_leaf:
        lists["target_treeids"].append(tree)
        lists["target_nodeids"].append(number)
        lists["target_ids"].append(0)
        lists["target_weights"].append(float(np.float32(node["leaf_value"])))
    else:
        assert node["decision_type"] == "<=", node["decision_type"]
        lists["nodes_truenodeids"][at] = add_node(lists, tree, node["left_child"], used)
        lists["nodes_falsenodeids"][at] = add_node(lists, tree, node["right_child"], used)
    return number


def misses_go_left(node: dict) -> bool:
    """A feature that was never unknown while it learned is 0 to LightGBM where it is unknown later."""
    return node["default_left"] if node["missing_type"] == "NaN" else 0.0 <= node["threshold"]


def floor32(threshold: float) -> float:
    """The largest 32-bit float that is not above: what 32-bit features are compared with gives the same answer."""
    near = np.float32(np.clip(threshold, -MOST, MOST))
    return float(near if float(near) <= threshold else np.nextafter(near, np.float32(-np.inf)))


def version_of(graph: onnx.GraphProto, data_end: str) -> str:
    """The day the data ends, and what the graph is: the same data give the same version."""
    return f"{data_end}-{hashlib.sha256(graph.SerializeToString(deterministic=True)).hexdigest()[:8]}"


def write_onnx(graph: onnx.GraphProto, path: str, about: dict[str, str]) -> None:
    model = helper.make_model(graph, opset_imports=OPSETS, ir_version=10, producer_name="stopline")
    helper.set_model_props(model, about)
    onnx.checker.check_model(model)
    onnx.save(model, path)
