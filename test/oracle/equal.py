"""Whether values of the pipeline are those computed here: counts and ratios to 1e-9, quantiles within their buckets."""

import numpy as np
import pandas as pd

FIELDS = ["value", "numerator", "denominator", "low", "high", "n"]
PLACE = ["dimension", "subject", "window", "pane", "kpi"]
# What is kept in millionths or has no closed form here is compared in value and n alone.
NO_INTERVAL = ("brier_skill", "calibration_ece")
EXACT = 1e-9
# Buckets 5 % wide, read at their geometric middle; below 1.05 s as .5 s.
BUCKET = 1.05
SKETCH = np.sqrt(BUCKET) - 1 + 1e-9


def escaped(part):
    return part.replace("%", "%25").replace(":", "%3A")


def off(ours, theirs):
    """Relative distance; 0 where both are unknown, infinite where one is."""
    distance = (ours - theirs).abs() / np.maximum(1, theirs.abs())
    return distance.where(ours.notna() | theirs.notna(), 0).fillna(np.inf)


def sketch_off(both, longest):
    """Distance beyond what the buckets allow; their intervals are widened to the edges of buckets."""
    told = ["value_oracle", "low_oracle", "high_oracle"]
    both = both.assign(**both[told].clip(upper=longest))
    value, truth = both["value_ours"], both["value_oracle"]
    is_short = truth <= BUCKET
    worst = off(value, truth.where(~is_short, 0.5)).where(is_short, (value / truth - 1).abs() - SKETCH)
    low = both["low_oracle"] / both["low_ours"].where(both["low_ours"] > 0)
    high = both["high_ours"] / both["high_oracle"]
    for ratio, side in ((low, "low"), (high, "high")):
        is_wrong = (ratio < 1 - EXACT) | ((ratio > BUCKET + EXACT) & (both[f"{side}_oracle"] > BUCKET))
        is_one_unknown = both[f"{side}_ours"].isna() != both[f"{side}_oracle"].isna()
        worst = worst.where(~(is_wrong | is_one_unknown), np.inf)
    return np.maximum(worst, off(both["n_ours"], both["n_oracle"]))


def compare(ours, theirs, sketches, longest):
    """By KPI: how many were compared, how many are wrong, and the first of them.

    `sketches` begin the names of those read from buckets; what is longer than `longest` seconds lies in the last one.
    """
    both = ours.merge(theirs, on=PLACE, how="outer", suffixes=("_ours", "_oracle"))
    summary = {}
    for kpi, rows in both.groupby("kpi"):
        if kpi.startswith(sketches):
            worst = sketch_off(rows, longest)
        else:
            fields = ["value", "n"] if kpi in NO_INTERVAL else FIELDS
            worst = pd.concat([off(rows[f"{name}_ours"], rows[f"{name}_oracle"]) for name in fields], axis=1).max(axis=1)
        wrong = rows[worst > EXACT]
        summary[kpi] = {"compared": len(rows), "wrong": len(wrong), "subjects": rows["subject"].nunique()}
        if len(wrong) > 0:
            summary[kpi]["first"] = wrong.iloc[0].map(str).to_dict()
    return summary
