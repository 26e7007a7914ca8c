"""labels.py FOLDER VALUES: the pipeline's KPIs by label beside those computed here from the archive; prints JSON by KPI.

Each end counts under the value of each label of its run. Of a label 64 values have a sum of their own, the rest share `other`.
"""

import json
import re
import sys

import pandas as pd

from archive import read
from compare import LONGEST, SKETCHES, pipeline_values, placed, subjects, told
from equal import compare
from kpis import LENGTHS, net_improvement, window_kpis, windows_of

OF_REPO = {"family": ["source", "repo"], "branch": ["source", "repo"]}
OF_SOURCE = {label: ["source"] for label in ("cluster", "platform", "release", "variant", "owner")}
SCOPES = {**OF_REPO, **OF_SOURCE}
OF_ONE_JOB = ("mean_failure_length", "mean_time_to_fix")
MOST_VALUES = 64
MOST_CHARS = 120
DAY = 86_400_000
FORGOTTEN = 15 * DAY


def values_of(ends):
    """The value of each label of each end; empty where it has none."""
    family = ends["family"].where(ends["family"] != "", ends["job"].map(lambda job: re.sub(r"\d+", "#", job)))
    is_proposed = ends["trigger"].str.contains("pull|merge.?request|presubmit|batch", case=False) | (ends["pull"] != "")
    return {
        "family": family.where(family != ends["job"], ""),
        "branch": ends["branch"].where(~is_proposed, ""),
        "cluster": ends["cluster"].where(ends["cluster"] != "", ends["runner_group"]),
        "platform": ends["platform"],
        "release": ends["release"].where(ends["release"] != "", ends["version"]),
        "variant": ends["variant"],
        "owner": ends["owner"],
    }


def admitted(ends):
    """The value under which each end of one scope and label counts, in order of hearing."""
    known, shared_at, counted = {}, 0, {}
    for index, value, finished, heard in ends[["value", "finished", "heard"]].itertuples():
        if value not in known:
            if len(known) >= MOST_VALUES:
                oldest = min(known, key=lambda each: known[each][1])
                if known[oldest][1] + FORGOTTEN > heard:
                    shared_at = max(shared_at, finished)
                    counted[index] = "other"
                    continue
                del known[oldest]
            known[value] = (0 if shared_at == 0 else shared_at + 1, 0)
        since, last = known[value]
        known[value] = (since, max(last, -(-finished // DAY) * DAY))
        counted[index] = value if finished >= since else "other"
    return pd.Series(counted, dtype=str)


def labelled(ends, label, values, told):
    """Ends with the value they count under. Those of one instant have no order: values that were told (`told`) come first."""
    rows = ends.assign(value=values.str.slice(0, MOST_CHARS))
    rows = rows[rows["value"] != ""]
    if len(rows) == 0:
        return rows
    rows = rows.assign(is_untold=~subjects(rows, [*SCOPES[label], "value"]).isin(told))
    rows = rows.sort_values(["heard", "is_untold", "job_key", "run_id"], kind="stable")
    found = [admitted(own) for _, own in rows.groupby(SCOPES[label])]
    return rows.assign(value=pd.concat(found))


def oracle_values(ends, wanted, told_of):
    found = []
    by_label = {label: labelled(ends, label, values, told_of) for label, values in values_of(ends).items()}
    for (label, window), panes in wanted.items():
        rows, columns = by_label[label], [*SCOPES[label], "value"]
        both = placed(windows_of(rows, panes, LENGTHS["14d"]), columns)
        inside = placed(windows_of(rows, panes, LENGTHS[window]), columns)
        kpis = window_kpis(inside, pd.DataFrame(columns=["place", "runs", "ms"]), window)
        if window == "7d":
            kpis["net_improvement"] = net_improvement(both, LENGTHS["7d"])
        found.extend(told(values, label, window, kpi) for kpi, values in kpis.items() if kpi not in OF_ONE_JOB)
    rows = pd.concat(found, ignore_index=True)
    return rows[rows["n"] > 0]


def main(folder, values_path):
    ends, _ = read(folder)
    ends["job_key"] = subjects(ends, ["source", "repo", "job"])
    ours, _ = pipeline_values(values_path)
    wanted = {place: sorted(rows["pane"].unique()) for place, rows in ours.groupby(["dimension", "window"])}
    print(json.dumps(compare(ours, oracle_values(ends, wanted, set(ours["subject"])), SKETCHES, LONGEST)))


if __name__ == "__main__":
    main(*sys.argv[1:])
