"""The card of a model, in words: what it is made of, how it did, and where it ends."""

from fit import PARAMETERS, TREES
from table import FIT_SHARE, known_sets


def card_of(result: dict, features: list[dict], importance: list[float]) -> str:
    return "\n".join([
        f"# Model `{result['name']}` {result['version']}",
        "",
        "Boosted trees that say, in log odds, what the plain formula leaves over (docs/models.md). Made by `stopline train stopping`;",
        "every figure here was printed by it.",
        "",
        "## What it was fitted on",
        "",
        f"The first {FIT_SHARE:.0%} in time of each set; the rest is only scored. This very file was scored.",
        "",
        "| set | licence | from | until | runs |",
        "| --- | --- | --- | --- | ---: |",
        *(f"| {name} | {licence(name)} | {part['from']} | {part['until']} | {part['runs']:,} |"
          for name, part in result["trainedOn"].items()),
        "",
        f"Only scored: {scored_only(result)}. A recording whose licence does not allow it trains nothing that is given away.",
        "",
        f"{TREES} trees, {', '.join(f'{key} {value}' for key, value in PARAMETERS.items() if key not in ('verbose', 'objective'))}.",
        "",
        "## Scores",
        "",
        "Mean over runs (a run counts once, over its checkpoints), formula → model alone, without the share by which a job listens to it.",
        "`lead` is the log loss saved in thousandths of a nat, with a 95 % interval over days: below 0 the formula was better, and",
        "there a job does not use the model.",
        "",
        "### Later in time",
        "",
        *score_table(result["later"]),
        "",
        "### Left out: communities that were never seen",
        "",
        "Each set scored whole by a model whose fit its recording took no part in.",
        "",
        *score_table(result["leftOut"]),
        "",
        "## Features",
        "",
        "| feature | what | share of gain |",
        "| --- | --- | ---: |",
        *(f"| {feature['name']} | {feature['doc']} | {share:.1%} |" for feature, share in zip(features, importance)),
        "",
        "## Limits",
        "",
        "- It is fitted once and frozen. It starts from the formula, which moves; what it adds may be wrong elsewhere. A job uses it only",
        "  while it was righter than the formula there (processors/stopping/lead.ts).",
        "- Failed steps are rare in what it was fitted on: it knows little of them. What failed steps say is left to the formula's counts.",
        "- It knows nothing of logs, of the code that was changed, or of who changed it.",
        "",
    ])


def licence(name: str) -> str:
    return known_sets().get(name, {"licence": "the community's own"})["licence"]


def scored_only(result: dict) -> str:
    return ", ".join(f"{name} ({licence(name)})" for name in result["scoredOnly"]) or "none"


def score_table(rows: dict[str, dict]) -> list[str]:
    return [
        "| rows | runs | failed | log loss × 1000 | Brier × 1000 | AUC | lead [95 %] |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(f"| {name} | {of['runs']:,} | {of['failed']:.1%} | {pair(of['logLoss'], 1)} | {pair(of['brier'], 1)} | {pair(of['auc'], 3)} "
          f"| {of['lead']['value']:.1f} [{of['lead']['low']:.1f}, {of['lead']['high']:.1f}] |" for name, of in rows.items()),
    ]


def pair(values: list, digits: int) -> str:
    before, after = ("–" if value is None else f"{value:.{digits}f}" for value in values)
    return f"{before} → {after}"
