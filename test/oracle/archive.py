"""Reads runs.csv of an archive folder into the ends that were known at any instant. Times in milliseconds, NaN = unknown."""

from pathlib import Path

import pandas as pd

OUTCOMES = {
    "success": "success",
    "failure": "failure",
    "error": "error",
    "startup_failure": "error",
    "timed_out": "timedOut",
    "cancelled": "aborted",
    "aborted": "aborted",
    "skipped": "skipped",
    "neutral": "skipped",
}
SILENT_MS = 72 * 3_600_000
# So long after its end a run is forgotten: whatever bears its name then is another one.
REMEMBERED_MS = 14 * 24 * 3_600_000
RAW_WORDS = ("raw_status", "raw_state", "raw_result", "conclusion")
LABELS = (
    *("branch", "family", "version", "release", "queue", "pull", "sha", "trigger"),
    *("cluster", "runner_group", "platform", "variant", "owner"),
)
RUN = ["source", "repo", "job", "run_id", "attempt"]


def table(folder, name):
    """A file of the folder, plain or gz, as text; None where it is not there."""
    for path in (Path(folder) / f"{name}.csv", Path(folder) / f"{name}.csv.gz"):
        if path.exists():
            return pd.read_csv(path, dtype=str, keep_default_na=False)
    return None


def instants(texts):
    """ISO 8601 UTC to milliseconds."""
    times = pd.to_datetime(texts.where(texts != ""), utc=True, format="ISO8601")
    return ((times - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(milliseconds=1)).round()


def facts_of(row):
    """What a row of runs.csv tells, each at the instant at which it could have been heard; None where it is refused."""
    queued, started, finished = row["queued_ms"], row["started_ms"], row["finished_ms"]
    outcome = OUTCOMES.get(row["conclusion"].lower(), "unknown")
    if finished < started:
        if outcome not in ("aborted", "skipped"):
            return None
        started = float("nan")
    first = started if started == started else finished
    if queued > first:
        queued = float("nan")
    is_ended = finished == finished or row["conclusion"] != ""
    has_start = started == started and (finished == finished or not is_ended)
    heard_end = next((at for at in (finished, started, queued) if at == at), float("nan"))
    facts = []
    if queued == queued:
        facts.append((queued, "queued", None))
    if has_start:
        facts.append((started, "started", None))
    if is_ended and heard_end == heard_end:
        raw = next((row[word] for word in RAW_WORDS if row.get(word, "") != ""), None)
        rank = (outcome != "unknown", heard_end, outcome, str(raw))
        facts.append((heard_end, "finished", (rank, outcome, started if has_start else float("nan"))))
    return facts or None


def lives_of(facts):
    """The facts of one name in order of time, apart where a run was forgotten before the next fact."""
    lives, heard, is_over = [], float("-inf"), True
    for fact in sorted(facts, key=lambda fact: fact[0]):
        if fact[0] >= heard + REMEMBERED_MS + (0 if is_over else SILENT_MS):
            lives.append([])
            is_over = False
        lives[-1].append(fact)
        heard, is_over = fact[0], is_over or fact[1] == "finished"
    return lives


def story(facts):
    """The facts of one run in order of time: when it was in flight, and each end that was believed for a while."""
    queued = started = start = opened = closed = float("nan")
    rank, known, versions = None, None, []

    def tell(at, finished, outcome):
        nonlocal known
        end = (
            finished,
            outcome,
            finished - started if started <= finished else float("nan"),
            started - queued if queued <= started else float("nan"),
        )
        if known is not None and repr(known) == repr(end):
            return
        if versions:
            versions[-1]["until"] = at
        known = end
        names = ("finished", "outcome", "duration", "queue")
        versions.append({"heard": at, "until": float("inf"), **dict(zip(names, end, strict=True))})

    heard = facts[0][0]
    for at, kind, more in facts + [(float("inf"), "over", None)]:
        if closed != closed and at >= heard + SILENT_MS:
            closed = heard + SILENT_MS
            tell(closed, closed, "unknown")
        heard = at
        if kind == "queued":
            queued = at if queued != queued else min(queued, at)
        elif kind in ("started", "step"):
            if kind == "started":
                started = at if started != started else min(started, at)
            if opened != opened:
                opened, start = at, started if started == started else at
        elif kind == "finished":
            own_rank, outcome, own_start = more
            started = own_start if started != started else min(started, own_start) if own_start == own_start else started
            if rank is None or own_rank > rank:
                rank = own_rank
                closed = at if closed != closed else closed
                tell(at, at, outcome)
    if opened > closed:
        opened = float("nan")
    return {"opened": opened, "start": start, "closed": closed}, versions


def read(folder):
    """Two tables: `ends` (one row per end while it was believed) and `flights` (when each run was in flight)."""
    runs = table(folder, "runs")
    if "attempt" not in runs:
        runs["attempt"] = ""
    for column in ("queued", "started", "finished"):
        name = f"{column}_at"
        runs[f"{column}_ms"] = instants(runs[name]) if name in runs else float("nan")
    told = {}
    for row in runs.to_dict("records"):
        key = (*(row[part] for part in RUN[:4]), row["attempt"] or "1")
        facts = facts_of(row)
        if facts is not None:
            sofar = told.setdefault(key, ([], row))
            sofar[0].extend(facts)
    steps = table(folder, "steps")
    for row in [] if steps is None else steps.to_dict("records"):
        key = (*(row[part] for part in RUN[:4]), row.get("attempt") or "1")
        if key not in told:
            continue
        for column in ("started_at", "finished_at"):
            if row.get(column):
                at = instants(pd.Series([row[column]])).iloc[0]
                told[key][0].append((at, "step", None))
    ends, flights = [], []
    for key, (facts, row) in told.items():
        ref = dict(zip(RUN, key, strict=True))
        labels = {name: row.get(name, "") for name in LABELS}
        for life in lives_of(facts):
            flight, versions = story(life)
            flights.append({**ref, **flight})
            ends.extend({**ref, **labels, **version} for version in versions)
    return pd.DataFrame(ends), pd.DataFrame(flights)
