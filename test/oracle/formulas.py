"""Intervals of the KPIs, each as its source defines it, vectorised over subjects."""

import numpy as np
import pandas as pd

Z = 1.96


def frame(value, numerator, denominator, low, high, n):
    """One KPI of all subjects."""
    columns = {"value": value, "numerator": numerator, "denominator": denominator, "low": low, "high": high, "n": n}
    return pd.DataFrame(columns).astype(float)


def wilson(p, n):
    """Wilson 1927."""
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return (centre - half).clip(lower=0), (centre + half).clip(upper=1)


def share(numerator, denominator):
    """A share of counted things; subjects without any are left out."""
    numerator, denominator = numerator[denominator > 0], denominator[denominator > 0]
    low, high = wilson(numerator / denominator, denominator)
    return frame(numerator / denominator, numerator, denominator, low, high, denominator)


def mean(values, by, squares=None):
    """A mean with its normal interval; `squares` where the sum of squares is kept in another unit."""
    sums, n = values.groupby(by).sum(), values.groupby(by).size()
    of_squares = (values**2 if squares is None else squares).groupby(by).sum()
    average = sums / n
    variance = (of_squares / n - average**2).clip(lower=0)
    half = Z * np.sqrt(variance / (n - 1).where(n > 1))
    return frame(average, sums, n, (average - half).clip(lower=0), average + half, n)


def ratio_of_sums(part, whole, squares, n):
    """Cochran 1977, 6.4, linearised: `squares` is the sum over units of (part − value · whole)²."""
    half = Z * np.sqrt(squares) / whole
    return frame(part / whole, part, whole, (part / whole - half).clip(lower=0), (part / whole + half).clip(upper=1), n)


def quantiles(values, by, q):
    """Sample quantile of rank ⌈n·q⌉ with order statistics around it (Conover 1999, 3.2)."""
    ordered = pd.DataFrame({"by": by, "value": values}).sort_values(["by", "value"])
    flat = ordered["value"].to_numpy()
    n = ordered.groupby("by").size()
    first = n.cumsum() - n
    half = Z * np.sqrt(n * q * (1 - q))

    def at(rank):
        inside = (rank >= 1) & (rank <= n)
        place = (first + rank - 1).where(inside, 0).astype(int)
        return pd.Series(flat[place] if len(flat) > 0 else [], index=n.index, dtype=float).where(inside)

    middle = np.maximum(1, np.ceil(n * q))
    return frame(at(middle), np.nan, np.nan, at(np.floor(n * q - half)), at(np.ceil(n * q + half) + 1), n)


def newcombe(passes, n, old_passes, old_n):
    """Newcombe 1998, method 10."""
    both = (n > 0) & (old_n > 0)
    p, old = (passes / n)[both], (old_passes / old_n)[both]
    low, high = wilson(p, n[both])
    old_low, old_high = wilson(old, old_n[both])
    value = p - old
    return frame(
        value, np.nan, np.nan, value - np.hypot(p - low, old_high - old), value + np.hypot(high - p, old - old_low), (n + old_n)[both]
    )
