"""KPIs of one instant, for each record of the window `now` as of its own instant."""

import numpy as np

FAILED = ("failure", "error", "timedOut")
MINUTE, HOUR = 60_000, 3_600_000
WIDTH = {"job": MINUTE, "repo": HOUR, "community": HOUR}


def in_flight(runs, as_of, dimension):
    """Runs in flight, and the oldest start rounded to the older side."""
    flying = runs["start"][(runs["opened"] < as_of) & ~(runs["closed"] < as_of)]
    width = WIDTH[dimension]
    return len(flying), None if len(flying) == 0 else (flying.min() // width) * width


def streak(ends, as_of):
    """Failures in a row up to the newest end, and the finish of that end."""
    known = (ends["heard"] < as_of) & (ends["until"] >= as_of)
    if not known.any():
        return None, None
    passed = np.flatnonzero(known & (ends["code"] == 0))
    after = known & (np.arange(len(known)) > (passed[-1] if len(passed) > 0 else -1))
    return int((after & (ends["code"] == 1)).sum()), ends["finished"][known][-1]


def arrays(rows, dimension):
    """Columns of each subject's rows; a subject is a job key cut to its first parts."""
    parts = {"job": 3, "repo": 2, "community": 1}[dimension]
    names = rows["job_key"].map(lambda key: ":".join(key.split(":")[:parts]))
    return {name: {column: own[column].to_numpy() for column in own} for name, own in rows.groupby(names)}


def gauges(records, ends, flights):
    """Counts of compared and wrong values by KPI. `records`: dimension, subject, instant, values by KPI."""
    summary = {kpi: {"compared": 0, "wrong": 0} for kpi in ("in_flight", "oldest_age", "failure_streak", "staleness")}
    code = ends["outcome"].map({"success": 0, **dict.fromkeys(FAILED, 1)}).fillna(2)
    own_ends = arrays(ends.assign(code=code).sort_values(["finished", "code"]), "job")
    own_flights = {dimension: arrays(flights, dimension) for dimension in WIDTH}

    def check(kpi, ours, theirs):
        summary[kpi]["compared"] += 1
        if ours != theirs:
            summary[kpi]["wrong"] += 1
            summary[kpi].setdefault("first", [subject, as_of, ours, theirs])

    for dimension, subject, as_of, values in records:
        count, oldest = in_flight(own_flights[dimension][subject], as_of, dimension)
        check("in_flight", values["in_flight"][0], count)
        check("oldest_age", values["oldest_age"][1], oldest)
        if dimension == "job":
            failures, last = streak(own_ends[subject], as_of) if subject in own_ends else (None, None)
            check("failure_streak", values["failure_streak"][0], failures)
            check("staleness", values["staleness"][1], last)
    return summary
