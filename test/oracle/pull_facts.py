"""Facts of pull requests, issues and their runs from recorded files, each an instant in milliseconds and what it tells."""

import json
from pathlib import Path

import pandas as pd

from archive import instants, table
from equal import escaped

DAY = 86_400_000


def of_archive(folder):
    """pulls.csv: openings and ends."""
    rows = table(folder, "pulls")
    for column in ("created_at", "merged_at", "closed_at"):
        rows[column] = instants(rows[column])
    for row in rows.to_dict("records"):
        opened, merged, closed = row["created_at"], row["merged_at"], row["closed_at"]
        ended = merged if merged == merged else closed
        if opened != opened or ended < opened:
            continue
        what = {"subject": f"{escaped(row['source'])}:{escaped(row['repo'])}", "pull": row["number"], "author": row["author"] or None}
        yield {**what, "at": opened, "kind": "opened"}
        if ended == ended:
            yield {**what, "at": ended, "kind": "merged" if merged == merged else "closed"}


def of_merges(folder):
    """kubevirt's merged.csv: merges, the last entry into the queue before each, and a run for each retest and one more."""
    rows = pd.read_csv(Path(folder) / "merged.csv", dtype=str, keep_default_na=False)
    for number, merged, days, retests in zip(rows["number"], instants(rows["merged_at"]), rows["days_to_merge"], rows["retests"]):
        what = {"subject": "github:kubevirt/kubevirt", "pull": number, "author": None}
        if days != "":
            # Halves are rounded up, as instants are.
            yield {**what, "at": merged - int(float(days) * DAY + 0.5), "kind": "queued", "in": True}
        for i in range(int(retests) + 1):
            at = merged - (i + 1) * 1000
            yield {**what, "at": at, "kind": "ran", "job": "e2e", "sha": "abc", "failed": False, "ms": 1000}
        yield {**what, "at": merged, "kind": "merged"}


def of_queue(folder):
    """kubevirt's queue.csv: who was in the queue at each look; between two of them nothing is known to change."""
    rows = pd.read_csv(Path(folder) / "queue.csv", dtype=str, keep_default_na=False)
    rows["at"] = instants(rows["at"])
    before = set()
    for at, numbers in rows.sort_values("at", kind="stable")[["at", "numbers"]].itertuples(index=False):
        now = {number for number in numbers.split("|") if number != ""}
        for number in now ^ before:
            what = {"subject": "github:kubevirt/kubevirt", "pull": number, "author": None}
            yield {**what, "at": at, "kind": "queued", "in": number in now}
        before = now


def of_lines(path):
    """A made world, a fact a line."""
    with open(path, encoding="utf8") as lines:
        for line in lines:
            yield json.loads(line)


READERS = {"archive": of_archive, "merges": of_merges, "queue": of_queue, "lines": of_lines}
