"""pulls.py KIND PATH VALUES: the pipeline's KPIs of pull requests and issues beside those of a batch over the same files.

Every record of VALUES is computed anew from all facts that were heard before its instant, with no code of the pipeline; prints
JSON by KPI. KIND says how the files at PATH are read (pull_facts.py).
"""

import json
import math
import re
import sys

import numpy as np
import pandas as pd

from equal import FIELDS, PLACE, compare
from formulas import frame, mean, quantiles, share
from pull_facts import DAY, READERS

HOUR = 3_600_000
LENGTHS = {"7d": 7 * DAY, "30d": 30 * DAY}
BOT = re.compile(r"\[bot\]$|[-_]?(?:bot|robot)$", re.IGNORECASE)
FORGOTTEN_DAYS = 400
SPANS = {
    "merge": "time_to_merge", "pickup": "pr_pickup", "review": "pr_review", "response": "time_to_first_response",
    "signal": "time_to_first_signal", "issue_response": "issue_time_to_response", "issue_close": "issue_time_to_close",
}
SKETCHES = tuple(SPANS.values())


def is_else(author, actor):
    return actor is not None and actor != author and not BOT.search(actor)


def first(times):
    return min(times, default=None)


def story_of(facts):
    """What is known of one pull or issue, from its facts in order of time."""
    at = lambda kind: [fact["at"] for fact in facts if fact["kind"] == kind]  # noqa: E731
    author = next((fact["author"] for fact in facts if fact.get("author") is not None), None)
    answers = [fact for fact in facts if fact["kind"] in ("reviewed", "commented") and is_else(author, fact.get("actor"))]
    closed, reopened = max(at("closed"), default=0), max(at("reopened"), default=0)
    ended = first(at("merged")) or (closed if closed > reopened else None)
    pushes = [fact for fact in facts if fact["kind"] in ("opened", "synchronised") and fact.get("sha") is not None]
    runs = [fact for fact in facts if fact["kind"] == "ran"]
    sha, pushed = (pushes[-1]["sha"], pushes[-1]["at"]) if pushes else (runs[0]["sha"] if runs else None, 0)
    stays = []
    for fact in (fact for fact in facts if fact["kind"] == "queued"):
        if fact["in"] and (not stays or stays[-1][1] is not None):
            stays.append([fact["at"], None])
        elif not fact["in"] and stays and stays[-1][1] is None:
            stays[-1][1] = fact["at"]
    return {
        "author": author, "opened": first(at("opened")), "ended": ended, "merged": first(at("merged")),
        "responded": first([fact["at"] for fact in answers]),
        "reviewed": first([fact["at"] for fact in answers if fact["kind"] == "reviewed"]),
        "sha": sha, "pushed": pushed, "runs": runs, "stays": stays,
    }


def spans_of(one, is_issue):
    """(name, when it was known, milliseconds) of each span."""
    def span(name, start, end):
        if start is not None and end is not None and end >= start:
            yield name, end, end - start
    if is_issue:
        yield from span("issue_response", one["opened"], one["responded"])
        yield from span("issue_close", one["opened"], one["ended"])
        return
    yield from span("merge", one["opened"], one["merged"])
    yield from span("pickup", one["opened"], one["reviewed"])
    yield from span("response", one["opened"], one["responded"])
    yield from span("review", one["reviewed"], one["merged"])
    if len(one["runs"]) == 0 or one["pushed"] == 0:
        return
    own = [run for run in one["runs"] if run["sha"] == one["sha"]]
    failed = first([run["at"] for run in own if run["failed"]])
    if failed is not None:
        yield from span("signal", one["pushed"], failed)
    elif own and one["ended"] is not None:
        yield from span("signal", one["pushed"], max(run["at"] for run in own))


def rounded(ms):
    return math.floor(ms / 1000 + 0.5)


def people_of(days_by_name, today, last_days):
    """Names active within days of today, and of them those who are new: by whole days of UTC."""
    now = {name for name, days in days_by_name.items() if any(today - last_days < day <= today for day in days)}
    before = {name for name, days in days_by_name.items() if any(today - 2 * last_days < day <= today - last_days for day in days)}
    new = {name for name in now if first_day(days_by_name[name]) > today - last_days}
    return now, before, new


def first_day(days):
    """Of those who were silent for long the first day since."""
    ordered = sorted(days)
    start = ordered[0]
    for earlier, later in zip(ordered, ordered[1:]):
        start = later if later - earlier >= FORGOTTEN_DAYS else start
    return start


# What a KPI of one place is made of; all places are worked out together (told).
def plain(value, n, numerator=np.nan, denominator=np.nan):
    return "plain", (value, numerator, denominator, np.nan, np.nan, n)


def counted(n):
    return plain(n, n)


def share_of(part, whole):
    return "share", (float(part), float(whole))


def mean_of(values):
    return "mean", values


def quantile_of(seconds, percent):
    return f"p{percent}", seconds


def age_p90(opened, as_of):
    """To the hour of the opening."""
    ages = sorted(as_of / 1000 - opening // HOUR * 3600 for opening in opened)
    return plain(ages[math.ceil(0.9 * len(ages)) - 1], len(ages)) if ages else plain(np.nan, 0)


def told(kind, by_place):
    """A KPI of all places."""
    if kind == "plain":
        return frame(*(pd.Series({place: numbers[i] for place, numbers in by_place.items()}, dtype=float) for i in range(6)))
    if kind == "share":
        return share(*(pd.Series({place: pair[i] for place, pair in by_place.items()}, dtype=float) for i in range(2)))
    places = pd.Series([place for place, values in by_place.items() for _ in values], dtype=int)
    values = pd.Series([value for values in by_place.values() for value in values], dtype=float)
    return mean(values, places) if kind == "mean" else quantiles(values, places, int(kind[1:]) / 100)


def window_kpis(pulls, issues, as_of, length):
    inside = lambda at: at is not None and as_of - length <= at < as_of  # noqa: E731
    found = {}
    spans = [span for one in pulls.values() for span in spans_of(one, False)]
    spans += [span for one in issues.values() for span in spans_of(one, True)]
    for name, kpi in SPANS.items():
        seconds = [ms / 1000 for of, at, ms in spans if of == name and inside(at)]
        for percent in (50, 90):
            found[f"{kpi}_p{percent}"] = quantile_of(seconds, percent)
    opened = sum(inside(one["opened"]) for one in pulls.values())
    merged = [one for one in pulls.values() if inside(one["merged"])]
    closed = sum(one["merged"] is None and inside(one["ended"]) for one in pulls.values())
    found["unmerged_ratio"] = share_of(closed, closed + len(merged))
    found["pull_backlog_change"] = plain(opened - len(merged) - closed, opened)
    days = length / DAY
    found["merged_per_day"] = plain(len(merged) / days, len(merged), len(merged), days)
    opened_issues = sum(inside(one["opened"]) for one in issues.values())
    closed_issues = sum(inside(one["ended"]) for one in issues.values())
    found["issue_backlog_change"] = plain(opened_issues - closed_issues, opened_issues)
    found.update(retests(pulls, merged, inside))
    found.update(queue(pulls, as_of, length, inside))
    return found


def retests(pulls, merged, inside):
    tried = [one for one in merged if one["runs"]]
    failures = sum(run["failed"] is True for one in tried for run in one["runs"])
    reruns = []
    for one in tried:
        own = [run["job"] for run in one["runs"] if run["sha"] == one["sha"]]
        reruns.append(len(own) - len(set(own)))
    spent = wasted = count = 0
    for one in pulls.values():
        by_check = {}
        for run in one["runs"]:
            by_check.setdefault((run["sha"], run["job"]), []).append(run["ms"])
        ends = {(run["sha"], run["job"]): run["at"] for run in one["runs"]}
        for check, lengths in by_check.items():
            if inside(ends[check]):
                spent += sum(lengths)
                wasted += sum(lengths[:-1])
                count += len(lengths)
    found = {"retests_per_merge": mean_of(reruns)}
    if tried:
        found["average_retests_to_merge"] = plain(failures / len(tried), len(tried), failures, len(tried))
    if spent > 0:
        found["retest_waste"] = plain(wasted / spent, count, wasted / 1000, spent / 1000)
    return found


def queue(pulls, as_of, length, inside):
    """Seconds in the queue, each entry and exit to the second."""
    waits, waited, depth = [], 0.0, 0
    since = (as_of - length) / 1000
    for one in pulls.values():
        stays = [(enter, leave or one["ended"]) for enter, leave in one["stays"]]
        for enter, leave in stays:
            if leave is not None and leave < as_of - length:
                continue
            start = since if enter < as_of - length else rounded(enter)
            waited += (as_of / 1000 if leave is None else rounded(leave)) - start
            depth += leave is None
        if stays and inside(one["merged"]) and one["merged"] >= stays[-1][0]:
            waits.append(rounded(one["merged"] - stays[-1][0]))
    return {"time_in_merge_queue": mean_of(waits), "merge_queue_mean": plain(waited * 1000 / length, depth)}


def people_kpis(facts, as_of, window):
    today = int((as_of - 1) // DAY)
    found = {}
    authors, reviewers = {}, {}
    for fact in facts:
        who = fact.get("author") if fact["kind"] == "opened" else fact.get("actor")
        into = {"opened": authors, "reviewed": reviewers}.get(fact["kind"])
        if "pull" not in fact or into is None or who is None or BOT.search(who):
            continue
        if fact["kind"] == "reviewed" and who == fact.get("author"):
            continue
        into.setdefault(who, set()).add(int(fact["at"] // DAY))
    length = 7 if window == "7d" else 30
    now, before, new = people_of(authors, today, length)
    found["contributors"] = counted(len(now))
    found["reviewers"] = counted(len(people_of(reviewers, today, length)[0]))
    if window == "30d":
        found["new_contributor_share"] = share_of(len(new), len(now))
        found["contributor_retention"] = share_of(len(now & before), len(before))
    return found


def now_kpis(pulls, issues, as_of):
    open_pulls = [one["opened"] for one in pulls.values() if one["opened"] is not None and one["ended"] is None]
    open_issues = [one["opened"] for one in issues.values() if one["opened"] is not None and one["ended"] is None]
    waiting = sum(one["ended"] is None and bool(one["stays"]) and one["stays"][-1][1] is None for one in pulls.values())
    return {
        "open_pulls": counted(len(open_pulls)), "open_pr_age_p90": age_p90(open_pulls, as_of),
        "open_issues": counted(len(open_issues)), "open_issue_age_p90": age_p90(open_issues, as_of),
        "merge_queue_depth": counted(waiting),
    }


class Repository:
    """The facts of a repository, by pull and issue. What nothing more is heard of is read once."""

    def __init__(self, facts):
        self.facts = facts
        self.whole = {}
        self.by_number = {"pull": {}, "issue": {}}
        for fact in facts:
            kind = "pull" if "pull" in fact else "issue"
            self.by_number[kind].setdefault(fact[kind], []).append(fact)

    def known(self, kind, as_of):
        for number, facts in self.by_number[kind].items():
            if facts[0]["at"] >= as_of:
                continue
            if facts[-1]["at"] >= as_of:
                yield number, story_of([fact for fact in facts if fact["at"] < as_of])
                continue
            name = (kind, number)
            if name not in self.whole:
                self.whole[name] = story_of(facts)
            yield number, self.whole[name]


def kpis_at(repository, as_of, window):
    """All KPIs of a repository from the facts heard before an instant."""
    heard = [fact for fact in repository.facts if fact["at"] < as_of]
    pulls, issues = (dict(repository.known(kind, as_of)) for kind in ("pull", "issue"))
    if window == "now":
        return now_kpis(pulls, issues, as_of)
    return {**window_kpis(pulls, issues, as_of, LENGTHS[window]), **people_kpis(heard, as_of, window)}


def main(kind, path, values_path):
    by_subject = {}
    for fact in sorted(READERS[kind](path), key=lambda fact: fact["at"]):
        by_subject.setdefault(fact["subject"], []).append(fact)
    repositories = {subject: Repository(facts) for subject, facts in by_subject.items()}
    ours, places, made = [], [], {}
    with open(values_path, encoding="utf8") as lines:
        for line in lines:
            subject, window, as_of, values = json.loads(line)
            place = ["pulls", subject, window, as_of]
            ours.extend((*place, kpi, *numbers) for kpi, numbers in values.items() if numbers[5] > 0)
            for kpi, (how, of) in kpis_at(repositories[subject], as_of, window).items():
                made.setdefault((kpi, how), {})[len(places)] = of
            places.append(place)
    theirs = []
    for (kpi, how), by_place in made.items():
        rows = told(how, by_place)
        theirs.extend((*places[at], kpi, *numbers) for at, *numbers in rows[rows["n"] > 0][FIELDS].itertuples())
    as_numbers = lambda rows: pd.DataFrame(rows, columns=PLACE + FIELDS).astype(dict.fromkeys(FIELDS, float))  # noqa: E731
    print(json.dumps(compare(as_numbers(ours), as_numbers(theirs), SKETCHES, math.inf)))


if __name__ == "__main__":
    main(*sys.argv[1:])
