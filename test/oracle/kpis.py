"""Every run-level KPI of a window, over all places (a subject at a pane end) at once."""

import numpy as np
import pandas as pd

from formulas import frame, mean, newcombe, quantiles, ratio_of_sums, share

DAY = 86_400_000
LENGTHS = {"24h": DAY, "7d": 7 * DAY, "14d": 14 * DAY}
FAILED = ("failure", "error", "timedOut")
ALL = ("success", *FAILED, "aborted", "skipped", "unknown")


def known_at(ends, pane_end):
    """Ends that were believed just before an instant."""
    return ends[(ends["heard"] < pane_end) & (ends["until"] >= pane_end)]


def windows_of(rows, pane_ends, length):
    """The rows of the window before each pane end, with that end in `pane`."""
    found = []
    for pane in pane_ends:
        inside = known_at(rows, pane)
        inside = inside[(inside["finished"] >= pane - length) & (inside["finished"] < pane)]
        found.append(inside.assign(pane=pane))
    return pd.concat(found)


def counts_of(ends):
    """Ends by outcome, one row per place: a subject at a pane end."""
    return pd.crosstab(ends["place"], ends["outcome"]).reindex(columns=list(ALL), fill_value=0)


def classed(counts):
    return counts["success"] + counts[list(FAILED)].sum(axis=1)


def shares(counts):
    n = classed(counts)
    return {
        "run_pass_rate": share(counts["success"], n),
        "run_failure_rate": share(counts[list(FAILED)].sum(axis=1), n),
        "projected_pass_rate": share(counts["success"] + counts["error"], n),
        "infra_failure_rate": share(counts["error"], n),
        "timeout_rate": share(counts["timedOut"], n),
        "abort_rate": share(counts["aborted"], n + counts["aborted"]),
    }


def durations(ends):
    """Quantiles in seconds of durations by class and of waits."""
    found = {}
    for name, outcomes in (("pass", ("success",)), ("fail", FAILED)):
        timed = ends[ends["outcome"].isin(outcomes) & ends["duration"].notna()]
        for percent in (50, 95, 99):
            found[f"duration_p{percent}_{name}"] = quantiles(timed["duration"] / 1000, timed["place"], percent / 100)
    waited = ends[ends["queue"].notna()]
    for percent in (50, 95):
        found[f"queue_p{percent}"] = quantiles(waited["queue"] / 1000, waited["place"], percent / 100)
    return found


def wasted(ends):
    timed = ends[ends["duration"].notna() & ~ends["outcome"].isin(["unknown", "skipped"])]
    by, is_lost = timed["place"], timed["outcome"] != "success"
    lost = (timed["duration"] / 1000).where(is_lost, 0).groupby(by).sum()
    whole = (timed["duration"] / 1000).groupby(by).sum()
    lost, whole = lost[whole > 0], whole[whole > 0]
    # Where nothing has a length there is nothing to map, and no numbers come of it.
    value = by.map(lost / whole).astype(float)
    rounded = np.floor(timed["duration"] / 1000 + 0.5)
    squares = ((is_lost - value) ** 2 * rounded**2).groupby(by).sum().reindex(whole.index)
    return {"wasted_hours": ratio_of_sums(lost, whole, squares, timed.groupby("place").size().reindex(whole.index))}


def repairs_of(known):
    """Streaks of failures that a pass closed: finish of the pass, runs and milliseconds of the streak. `known` in any order."""
    code = known["outcome"].map({"success": 0, **dict.fromkeys(FAILED, 1)}).fillna(2)
    ordered = known.assign(code=code).sort_values(["job_key", "finished", "code"], kind="stable")
    ordered = ordered[ordered["code"] < 2]
    is_pass = ordered["code"] == 0
    # Each pass ends a block: the failures since the pass before it, and itself.
    block = is_pass.groupby(ordered["job_key"]).cumsum() - is_pass
    by = [ordered["job_key"], block]
    failures = (~is_pass).groupby(by).transform("sum")
    since = ordered["finished"].groupby(by).transform("first")
    closes = is_pass & (failures > 0)
    return ordered[closes].assign(runs=failures[closes], ms=(ordered["finished"] - since)[closes])


def streaks(repairs):
    by = repairs["place"]
    minutes = np.floor(repairs["ms"] / 60_000 + 0.5)
    return {
        "mean_failure_length": mean(repairs["runs"], by),
        "mean_time_to_fix": mean(repairs["ms"] / 1000, by, minutes**2 * 3600),
    }


def net_improvement(ends, week):
    """Of the last week over the one before, from the ends of both."""
    is_new = ends["finished"] >= ends["pane"] - week
    now, old = counts_of(ends[is_new]), counts_of(ends[~is_new])
    old = old.reindex(now.index, fill_value=0)
    return newcombe(now["success"], classed(now), old["success"], classed(old))


def window_kpis(ends, repairs, window):
    """KPIs of the windows whose ends and repairs these are."""
    found = shares(counts_of(ends))
    if window == "24h":
        found.pop("projected_pass_rate")
    found.update(wasted(ends))
    if window != "14d":
        found.update(durations(ends))
    if window != "24h":
        found.update(streaks(repairs))
    return found


def score_kpis(heard):
    """What forecasts and stops were worth; scores as the pipeline told them."""
    scored = heard[heard["failed"].notna()]
    failed, by = scored["failed"].astype(bool), scored["place"]
    stopped = scored["stop"].notna()
    total = lambda what: what.groupby(by).sum()  # noqa: E731
    caught, false_stops = total(stopped & failed), total(stopped & ~failed)
    n = caught + false_stops
    saved = total(scored["saved"].where(stopped & failed, 0)) - total(scored["burnt"].where(stopped & ~failed, 0))
    found = {
        "saved_machine_seconds": frame(saved, np.nan, np.nan, np.nan, np.nan, n),
        "stop_precision": share(caught, n),
        "false_stop_rate": share(false_stops, total(~failed)),
    }
    half = scored[scored["pFail"].notna()]
    own = millionths((half["pFail"] - half["failed"].astype(float)) ** 2)
    base = millionths((half["base"] - half["failed"].astype(float)) ** 2)
    own, base = own.groupby(half["place"]).sum() / 1e6, base.groupby(half["place"]).sum() / 1e6
    own, base = own[base > 0], base[base > 0]
    count = half.groupby("place").size().reindex(own.index)
    found["brier_skill"] = frame(1 - own / base, own, base, np.nan, np.nan, count)
    bins = np.minimum(19, np.floor(half["pFail"] * 20))
    told = millionths(half["pFail"]).groupby([half["place"], bins]).sum() / 1e6
    seen = half["failed"].astype(float).groupby([half["place"], bins]).sum()
    error = (told - seen).abs().groupby(level=0).sum() / half.groupby("place").size()
    found["calibration_ece"] = frame(error, np.nan, np.nan, np.nan, np.nan, half.groupby("place").size())
    return found


def millionths(shares):
    return np.floor(shares * 1e6 + 0.5)
