"""Boosted trees on what the formula leaves over: they start from its log odds, so that a frozen model moves with it."""

import lightgbm
import numpy as np

from table import Table

# Few and slow, held back hard: what is learned here must hold in communities that were never seen.
PARAMETERS = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 500,
    "lambda_l2": 300,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.6,
    "bagging_freq": 1,
    "seed": 1,
    "deterministic": True,
    "num_threads": 1,
    "verbose": -1,
}
TREES = 100
# No answer moves the odds by more than twenty to one; the same limit stands in processors/stopping/model.ts.
LIMIT = 3.0


def fit(table: Table) -> lightgbm.Booster:
    data = lightgbm.Dataset(
        table.features,
        table.failed,
        weight=weights_of(table),
        init_score=table.formula,
    )
    return lightgbm.train(PARAMETERS, data, TREES)


def weights_of(table: Table) -> np.ndarray:
    """A set weighs as the root of its runs: a large one says more, but does not drown the others. Mean 1."""
    weight = table.weight.copy()
    for name in table.sets:
        of_set = table.set_of == name
        weight[of_set] /= np.sqrt(weight[of_set].sum())
    return weight * len(weight) / weight.sum()


def chance(formula: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Log odds of the formula and what the model adds, as a chance to fail."""
    return 1 / (1 + np.exp(-(formula + np.clip(score, -LIMIT, LIMIT))))
