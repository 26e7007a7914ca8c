"""compare.py FOLDER VALUES SCORES: the pipeline's KPIs beside those computed here from the archive; prints JSON by KPI."""

import json
import sys

import numpy as np
import pandas as pd

from archive import read
from equal import BUCKET, FIELDS, PLACE, compare, escaped
from gauges import gauges
from kpis import LENGTHS, known_at, net_improvement, repairs_of, score_kpis, window_kpis, windows_of

SKETCHES = ("duration_", "queue_")
# What is longer than the last bucket, 12 days, is read as its middle.
LONGEST = BUCKET**284.5
DIMENSIONS = {
    "job": ["source", "repo", "job"],
    "repo": ["source", "repo"],
    "community": ["source"],
}


def subjects(rows, columns):
    """Keys as schemas/keys.ts joins them."""
    parts = [rows[column].map(escaped) for column in columns]
    return parts[0].str.cat(parts[1:], sep=":") if len(parts) > 1 else parts[0]


def pipeline_values(path):
    """One row per KPI of each record; records of the window `now` apart."""
    rows, now = [], []
    with open(path, encoding="utf8") as lines:
        for line in lines:
            dimension, subject, window, pane, as_of, values = json.loads(line)
            if window == "now":
                now.append((dimension, subject, as_of, values))
                continue
            for kpi, numbers in values.items():
                if numbers[5] > 0:
                    rows.append((dimension, subject, window, pane, kpi, *numbers))
    return pd.DataFrame(rows, columns=PLACE + FIELDS), now


def read_scores(path):
    with open(path, encoding="utf8") as lines:
        rows = pd.DataFrame([json.loads(line) for line in lines])
    return rows.assign(heard=rows["observedAt"], until=np.inf, finished=rows["eventAt"]) if len(rows) > 0 else rows


def oracle_values(ends, scores, wanted):
    """What every subject had at each wanted pane end: `wanted` has the pane ends of each dimension and window."""
    found = []
    repairs = {pane: repairs_of(known_at(ends, pane)) for pane in sorted({pane for panes in wanted.values() for pane in panes})}
    for (dimension, window), panes in wanted.items():
        columns = DIMENSIONS[dimension]
        kpis = window_kpis(
            placed(windows_of(ends, panes, LENGTHS[window]), columns),
            placed(pd.concat([windows_of(repairs[pane], [pane], LENGTHS[window]) for pane in panes]), columns),
            window,
        )
        if window == "7d":
            both = placed(windows_of(ends, panes, LENGTHS["14d"]), columns)
            kpis["net_improvement"] = net_improvement(both, LENGTHS["7d"])
        if window == "14d" and len(scores) > 0:
            kpis.update(score_kpis(placed(windows_of(scores, panes, LENGTHS["14d"]), columns)))
        found.extend(told(values, dimension, window, kpi) for kpi, values in kpis.items())
    rows = pd.concat(found, ignore_index=True)
    return rows[rows["n"] > 0]


def placed(rows, columns):
    """With the subject and the pane end in one column, so that all pane ends are counted at once."""
    names = subjects(rows, columns) if len(rows) > 0 else pd.Series(dtype=str)
    return rows.assign(place=names + "@" + rows["pane"].astype("int64").astype(str))


def told(values, dimension, window, kpi):
    rows = values.rename_axis("place").reset_index()
    parts = rows.pop("place").astype(str).str.rsplit("@", n=1, expand=True).reindex(columns=[0, 1])
    return rows.assign(
        subject=parts[0], pane=parts[1].astype("int64"), dimension=dimension, window=window, kpi=kpi
    )


def main(folder, values_path, scores_path):
    ends, flights = read(folder)
    ends["job_key"] = subjects(ends, DIMENSIONS["job"])
    flights["job_key"] = subjects(flights, DIMENSIONS["job"])
    ours, now = pipeline_values(values_path)
    wanted = {place: sorted(rows["pane"].unique()) for place, rows in ours.groupby(["dimension", "window"])}
    theirs = oracle_values(ends, read_scores(scores_path), wanted)
    summary = compare(ours, theirs, SKETCHES, LONGEST)
    summary.update(gauges(now, ends, flights))
    print(json.dumps(summary))


if __name__ == "__main__":
    main(*sys.argv[1:])
