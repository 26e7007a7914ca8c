"""tests.py FOLDER VALUES: the pipeline's KPIs of tests beside those of a batch over the same files; prints JSON by KPI.

FOLDER holds runs.csv and tests.csv, or is a recorded table of TestGrid (.json). Every record of VALUES is computed anew from the
whole grid that was known at its instant, with no code of the pipeline.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from archive import OUTCOMES, instants, table

DAY = 86_400_000
WEEK, MONTH = 7 * DAY, 30 * DAY
FORGOTTEN = 60 * DAY
NONE, PASS, FAIL, FLAKY, SKIP, QUIET = range(6)
EXACT = 1e-9


def grids_of_archive(folder):
    """By job key: columns (time, outcome) in order, tests, cells as {(test, column): set of words}, durations."""
    runs = table(folder, "runs")
    # An end without a time was heard, at the latest, when the row's only time says that the run was there.
    runs["at"] = instants(runs["finished_at"]).fillna(instants(runs["started_at"])).fillna(instants(runs["queued_at"]))
    results = table(folder, "tests")
    name = ["source", "repo", "job", "run_id"]
    runs["outcome"] = runs["conclusion"].str.lower().map(OUTCOMES).fillna("unknown")
    known = runs.drop_duplicates(name).set_index(name)
    told = results.join(known[["at"]], on=name, how="inner")
    told = told[told["at"].notna() & ~told["test"].str.fullmatch(r"__[a-z_]+__(?: \(\d+\))?")]
    for job, own in runs.groupby(["source", "repo", "job"]):
        mine = told[(told["source"] == job[0]) & (told["repo"] == job[1]) & (told["job"] == job[2])]
        if len(mine) == 0:
            continue
        with_results = set(mine["run_id"])
        first = mine["at"].min()
        own = own[own["at"].notna() & (own["at"] >= first)]
        is_classed = own["outcome"].isin(["success", "failure", "error", "timedOut"])
        own = own[is_classed | own["run_id"].isin(with_results)].sort_values("at", kind="stable")
        place = {run: i for i, run in enumerate(own["run_id"])}
        cells, seconds = {}, [[] for _ in place]
        for run, test, status, text in zip(mine["run_id"], mine["test"], mine["status"], mine["duration_s"]):
            heard = cells.setdefault((test, place[run]), set())
            if status in heard:
                continue
            heard.add(status)
            seconds[place[run]].append((status, float(text) if text else None))
        shas = [sha or None for sha in own["sha"]]
        yield ":".join(part.replace("%", "%25").replace(":", "%3A") for part in job), {
            "times": own["at"].to_numpy(), "outcomes": list(own["outcome"]), "shas": shas, "cells": cells, "seconds": seconds,
        }


def grids_of_table(path):
    """The one grid of a recorded table: run-length statuses, newest column first."""
    payload = json.loads(Path(path).read_text(encoding="utf8"))
    order = sorted(range(len(payload["timestamps"])), key=lambda i: payload["timestamps"][i])
    words = {1: "passed", 12: "failed"}
    rows = {}
    for row in payload["tests"]:
        codes = [cell["value"] for cell in row["statuses"] for _ in range(cell["count"])]
        rows[row["name"]] = [codes[i] for i in order]
    outcomes = [{1: "success", 12: "failure"}[code] for code in rows.pop("Overall")]
    cells = {(test, i): {words[code]} for test, codes in rows.items() for i, code in enumerate(codes) if code in words}
    times = np.array([payload["timestamps"][i] for i in order], dtype=float)
    none = [None] * len(times)
    yield None, {"times": times, "outcomes": outcomes, "shas": none, "cells": cells, "seconds": [[] for _ in times]}


def kind_of(words):
    has_failed, has_passed = bool(words & {"failed", "error"}), "passed" in words
    if "flaky" in words or (has_failed and has_passed):
        return FLAKY
    return FAIL if has_failed else PASS if has_passed else SKIP


def seen_at(grid, as_of):
    """The part of the grid that was known: the columns since the job was last forgotten, and a matrix of kinds."""
    times = grid["times"]
    upto = int((times <= as_of).sum())
    since = 0
    for i in range(1, upto):
        if times[i] > times[i - 1] + FORGOTTEN:
            since = i
    while since < upto and not any(column == since for _, column in grid["cells"]):
        since += 1
    keys = [(test, column) for test, column in grid["cells"] if since <= column < upto]
    tests = sorted({test for test, _ in keys})
    row = {test: i for i, test in enumerate(tests)}
    kinds = np.zeros((len(tests), upto - since), dtype=int)
    for test, column in keys:
        kinds[row[test], column - since] = kind_of(grid["cells"][test, column])
    failures_only = not any("passed" in grid["cells"][key] or "flaky" in grid["cells"][key] for key in keys)
    if failures_only:
        for i in range(upto - since):
            outcome = grid["outcomes"][since + i]
            bad = ((kinds[:, i] == FAIL) | (kinds[:, i] == FLAKY)).any()
            if outcome == "success" or (outcome == "failure" and bad):
                kinds[kinds[:, i] == NONE, i] = QUIET
    part = slice(since, upto)
    return times[part], grid["outcomes"][part], grid["shas"][part], grid["seconds"][part], tests, kinds, failures_only


def results(row):
    return [kind for kind in row if kind not in (NONE, SKIP)]


def runs_of(flags):
    """Lengths of the unbroken rows of truths."""
    padded = np.diff(np.concatenate(([0], np.asarray(flags, dtype=int), [0])))
    return np.flatnonzero(padded == 1), np.flatnonzero(padded == -1)


def flips_of(row):
    """TestGrid's flip analyser over results in order."""
    starts, ends = runs_of(np.array(row) == FAIL)
    outage = np.zeros(len(row), dtype=bool)
    for a, b in zip(starts, ends):
        outage[a:b] = b - a >= 3
    flips = considered = 0
    before = True
    i = 0
    while i < len(row):
        if outage[i]:
            i += 1
            continue
        considered += 1
        flips += row[i] == FLAKY or (row[i] == FAIL and before)
        before = row[i] != FAIL
        i += 1
    return flips, considered


def together_of(kinds, tests):
    failures = (kinds == FAIL).sum(axis=1)
    many = [i for i in np.flatnonzero(failures >= 2)]
    many.sort(key=lambda i: (-failures[i], tests[i]))
    kept = many[:256]
    frame = pd.DataFrame(kinds[kept].T).astype(float)
    failed = frame.eq(FAIL).astype(float).where(~frame.isin([NONE, SKIP]))
    values = failed.to_numpy()
    ran = ~np.isnan(values)
    filled = np.where(ran, values, 0.0)
    n = ran.T.astype(float) @ ran
    both = filled.T @ filled
    first = filled.T @ ran
    second = first.T
    with np.errstate(divide="ignore", invalid="ignore"):
        phi = (n * both - first * second) / np.sqrt(first * (n - first) * second * (n - second))
    close = (phi >= 0.9) & (both >= 3)
    np.fill_diagonal(close, False)
    partners = close.sum(axis=1)
    text = [len(str([tests[kept[j]] for j in np.flatnonzero(close[i])])) for i in range(len(kept)) if partners[i]]
    sets = int(((kinds == FAIL).sum(axis=0) >= 2).sum())
    return len(many), int((partners > 0).sum()), int(partners.sum()), sets, sum(text)


def percent(part, whole):
    return 100 * part / whole if whole else None


def ratio(part, whole):
    return part / whole if whole else None


def newcombe(a, n, b, m):
    return a / n - b / m if n and m else None


def kpis_of(grid, as_of, length):
    """(value, compat) of each KPI of a window that ends at as_of; `now` where length is 0."""
    times, outcomes, shas, seconds, tests, kinds, failures_only = seen_at(grid, as_of)
    width = kinds.shape[1]
    if length == 0:
        return now_of(times, kinds, as_of)
    a = int((times <= as_of - length).sum())
    b = int((times <= as_of - 2 * length).sum())
    part, times_in = kinds[:, a:], times[a:]
    runs, cells = width - a, len(tests) * (width - a)
    passed, failed, flaky = ((part == kind).sum() for kind in (PASS, FAIL, FLAKY))
    ran = 0 if failures_only else int(passed + failed + flaky)
    bad = {"failure", "error", "timedOut"}
    won, lost = sum(o == "success" for o in outcomes[a:]), sum(o in bad for o in outcomes[a:])
    won0, lost0 = sum(o == "success" for o in outcomes[b:a]), sum(o in bad for o in outcomes[b:a])
    pairs = adjacent_pf = adjacent_fp = 0
    pf = fp = ff = streaks = long_streaks = segments = long_segments = 0
    fixes, segment_ms, severity, severity_n, severity_compat = [], 0.0, 0.0, 0, 0.0
    flips = considered = transitions = transition_n = commits = retried = 0
    numbers = np.cumsum([1 if sha is None or i == 0 or sha != shas[i - 1] else 0 for i, sha in enumerate(shas)])
    for i in range(len(tests)):
        row, whole = part[i], kinds[i]
        starts, ends = runs_of(row == FAIL)
        segments += len(starts)
        long_segments += int((ends - starts > 1).sum())
        spans = [times_in[min(e, runs - 1)] - times_in[s] for s, e in zip(starts, ends)]
        segment_ms += float(np.mean(spans)) if spans else 0.0
        adjacent_pf += int(((row[:-1] == PASS) & (row[1:] == FAIL)).sum())
        adjacent_fp += int(((row[:-1] == FAIL) & (row[1:] == PASS)).sum())
        own = np.array(results(row))
        if len(own) == 0:
            continue
        is_bad = own == FAIL
        pairs += len(own) - 1
        pf += int((~is_bad[:-1] & is_bad[1:]).sum())
        fp += int((is_bad[:-1] & ~is_bad[1:]).sum())
        ff += int((is_bad[:-1] & is_bad[1:]).sum())
        starts, ends = runs_of(is_bad)
        streaks += len(starts)
        long_streaks += int((ends - starts > 1).sum())
        told = int(((own == PASS) | (own == FAIL) | (own == FLAKY)).sum())
        if told:
            severity += (own == FLAKY).sum() / told
            severity_n += 1
        severity_compat += (own == FLAKY).sum() / runs
        flip, of = flips_of(own[-50:])
        flips, considered = flips + flip, considered + of
        last = own[-20:] == FAIL
        transitions += int((~last[:-1] & last[1:]).sum())
        transition_n += len(last)
        where = [j for j in range(width) if whole[j] not in (NONE, SKIP)]
        open_at, length_now = None, 0
        for j in where:
            if whole[j] == FAIL:
                open_at = times[j] if length_now == 0 else open_at
                length_now += 1
                continue
            if length_now and j >= a:
                fixes.append((length_now, (times[j] - open_at) / 1000))
            length_now = 0
        by_commit = {}
        for j in where:
            if j >= a:
                by_commit.setdefault(int(numbers[j]), set()).update({PASS, FAIL} if whole[j] == FLAKY else {FAIL if whole[j] == FAIL else PASS})
        commits += len(by_commit)
        retried += sum(len(kinds_seen) == 2 for kinds_seen in by_commit.values())
    failed_at, fixed = (part == FAIL).sum(axis=0), ((part[:, :-1] == FAIL) & (part[:, 1:] == PASS)).sum(axis=0)
    shares = sum(fixed[j] / failed_at[j] for j in range(runs - 1) if failed_at[j])
    old = kinds[:, b:a]
    o_passed, o_failed, o_flaky = ((old == kind).sum() for kind in (PASS, FAIL, FLAKY))
    heard = [each for column in seconds[a:] for each in column if each[1] is not None and each[0] != "skipped"]
    ms = lambda wanted: sum(math.floor(s * 1000 + 0.5) for w, s in heard if wanted(w))  # noqa: E731
    passes = sum(w == "passed" for w, _ in heard)
    candidates, partnered, partners, sets, characters = together_of(part, tests)
    n = len(tests)
    lengths, spans = [f[0] for f in fixes], [f[1] for f in fixes]
    # Of a source that names failing tests only nobody knows how many there were of others.
    known = lambda count: None if failures_only else count  # noqa: E731
    return {
        "tests_blocked": (known(0), 0), "blocked_percent": (percent(0, ran), percent(0, cells)),
        "tests_timed_out": (known(0), 0), "timed_out_percent": (percent(0, ran), percent(0, cells)),
        "builds_passed": (won, won), "builds_passed_percent": (percent(won, won + lost), percent(won, runs)),
        "builds_failed": (lost, lost), "builds_failed_percent": (percent(lost, won + lost), percent(lost, runs)),
        "change_in_success": ((lambda d: None if d is None else 100 * d)(newcombe(won, won + lost, won0, won0 + lost0)), None),
        "correlated_failure_sets": (partnered, sets),
        "average_size_of_correlation_set": (ratio(partners, partnered), ratio(characters, partnered)),
        "flaky_tests": (percent(flaky, ran), percent(flaky, cells)),
        "flake_severity": (None if failures_only else ratio(severity, severity_n), ratio(severity_compat, n)),
        "percent_of_tests_fixed": (percent(fp, fp + ff), percent(shares, runs)),
        "mean_length_of_failures": (np.mean(lengths) if fixes else None, ratio(int(failed), segments)),
        "mean_time_to_fix": (np.mean(spans) if fixes else None, ratio(segment_ms, n)),
        "consecutive_failure_rate": (ratio(long_streaks, streaks), long_segments / segments if segments else 0),
        "pass_to_fail_rate": (ratio(pf, pairs), ratio(adjacent_pf, cells)),
        "fail_to_pass_rate": (ratio(fp, pairs), ratio(adjacent_fp, cells)),
        "total_tests": (known(passed + failed + flaky), cells), "passing_tests": (known(passed), passed),
        "failing_tests": (failed, failed),
        "passing_percent": (percent(passed, 0 if failures_only else passed + failed), percent(passed, cells)),
        "failing_percent": (percent(failed, 0 if failures_only else passed + failed), percent(failed, cells)),
        "average_time_to_test": (ratio(ms(lambda w: w == "passed") / 1000, passes), ratio(ms(lambda w: True) / 60_000, len(heard))),
        "test_pass_rate": (ratio(passed, ran), None), "test_flake_rate": (ratio(flaky, ran), None),
        "test_failure_rate": (ratio(failed, ran), None), "test_working_rate": (ratio(passed + flaky, ran), None),
        "test_net_improvement": (None if failures_only else newcombe(passed + flaky, ran, o_passed + o_flaky, o_passed + o_flaky + o_failed), None),
        "test_flip_flakiness": (ratio(flips, considered), None), "test_transition_score": (ratio(transitions, transition_n), None),
        "pass_on_retry": (None if failures_only else ratio(retried, commits), None),
    }


def now_of(times, kinds, as_of):
    day, fortnight = int((times <= as_of - DAY).sum()), int((times <= as_of - 15 * DAY).sum())
    failing = alerts = new = longest = 0
    for row in kinds:
        own = results(row)
        streak = 0
        while streak < len(own) and own[-1 - streak] == FAIL:
            streak += 1
        failing += streak > 0
        longest = max(longest, streak)
        bad = good = 0
        for kind in reversed(own):
            bad, good = (bad + 1 if kind == FAIL else 0), (good + 1 if kind in (PASS, QUIET) else 0)
            if bad >= 3 or good >= 2:
                alerts += bad >= 3
                break
        new += (row[day:] == FAIL).any() and not (row[fortnight:day] == FAIL).any()
    return {"failing_now": (failing, None), "open_alerts": (alerts, None), "new_failures": (new, None), "longest_streak": (longest, None)}


def is_off(ours, theirs):
    if ours is None or theirs is None or theirs != theirs:
        return (ours is None) != (theirs is None or theirs != theirs)
    return abs(ours - theirs) > EXACT * max(1, abs(theirs))


def main(folder, values_path):
    grids = dict(grids_of_table(folder) if folder.endswith(".json") else grids_of_archive(folder))
    summary = {}
    lengths = {"now": 0, "7d": WEEK, "30d": MONTH}
    with open(values_path, encoding="utf8") as lines:
        for line in lines:
            job, window, as_of, values = json.loads(line)
            grid = grids.get(job, grids.get(None))
            truth = kpis_of(grid, as_of, lengths[window])
            for kpi, (value, compat) in values.items():
                if kpi not in truth:
                    continue
                told = summary.setdefault(kpi, {"compared": 0, "wrong": 0})
                told["compared"] += 2
                own_value, own_compat = truth[kpi]
                wrong = int(is_off(value, own_value)) + int(is_off(compat, own_compat))
                told["wrong"] += wrong
                if wrong and "first" not in told:
                    told["first"] = [job, window, as_of, value, str(own_value), compat, str(own_compat)]
    print(json.dumps(summary))


main(*sys.argv[1:])
