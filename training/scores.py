"""Scores of a model beside the formula, each run counted once, with 95 % intervals over days of start."""

import numpy as np

from table import Table

RESAMPLES = 200
DAY_MS = 86_400_000


def log_loss(p: np.ndarray, failed: np.ndarray) -> np.ndarray:
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return -(failed * np.log(p) + (1 - failed) * np.log(1 - p))


def auc(p: np.ndarray, failed: np.ndarray, weight: np.ndarray) -> float | None:
    """Chance that a failing run is ranked above a passing one; ties count half."""
    order = np.argsort(p, kind="stable")
    p, failed, weight = p[order], failed[order], weight[order]
    fails, passes = weight * failed, weight * (1 - failed)
    if fails.sum() == 0 or passes.sum() == 0:
        return None
    _, group = np.unique(p, return_inverse=True)
    fails, passes = np.bincount(group, fails), np.bincount(group, passes)
    below = np.cumsum(passes) - passes
    return float((fails * (below + passes / 2)).sum() / (fails.sum() * passes.sum()))


def scores(table: Table, formula: np.ndarray, model: np.ndarray) -> dict:
    """Mean log loss, Brier score and AUC of both; `lead` is the log loss that the model saves, in thousandths of a nat a run."""
    weight, failed = table.weight, table.failed
    mean = lambda values: float((values * weight).sum() / weight.sum())
    saved = 1000 * (log_loss(formula, failed) - log_loss(model, failed))
    low, high = interval(saved, weight, table.start_ms // DAY_MS)
    return {
        "runs": int(len(np.unique(table.run_of))),
        "rows": int(len(failed)),
        "failed": round(mean(failed), 4),
        "logLoss": [round(1000 * mean(log_loss(p, failed)), 2) for p in (formula, model)],
        "brier": [round(1000 * mean((p - failed) ** 2), 2) for p in (formula, model)],
        "auc": [rounded(auc(p, failed, weight)) for p in (formula, model)],
        "lead": {"value": round(mean(saved), 2), "low": low, "high": high},
    }


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def interval(values: np.ndarray, weight: np.ndarray, unit: np.ndarray) -> tuple[float, float]:
    _, place = np.unique(unit, return_inverse=True)
    sums, weights = np.bincount(place, values * weight), np.bincount(place, weight)
    draw = np.random.default_rng(1).integers(0, len(sums), (RESAMPLES, len(sums)))
    means = sums[draw].sum(1) / weights[draw].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return round(float(low), 2), round(float(high), 2)


def classes(table: Table) -> dict[str, np.ndarray]:
    """Rows by kind of job: how often it fails in the set, and how much of its past is known."""
    jobs, place = np.unique(np.char.add(table.set_of, table.job_of), return_inverse=True)
    rate = np.bincount(place, table.failed * table.weight) / np.bincount(place, table.weight)
    of_job = rate[place]
    return {
        "jobs that fail less than 1 in 20": of_job < 0.05,
        "jobs that fail 1 in 20 to 1 in 2": (of_job >= 0.05) & (of_job < 0.5),
        "jobs that mostly fail": of_job >= 0.5,
        "at the start of a run": table.is_at_start,
        "later in a run": ~table.is_at_start,
    }
