"""The card of a merge-time model, in words: what it is made of, how it did, and where it ends."""

from card import licence, scored_only
from table import FIT_SHARE


def merge_card_of(result: dict, features: list[dict], importance: list[float], parameters: dict) -> str:
    strongest = sorted(zip(features, importance), key=lambda each: -each[1])
    return "\n".join([
        f"# Model `{result['name']}` {result['version']}",
        "",
        "Boosted trees that say, in log time, what the formula of time to merge leaves over (docs/merge-time.md). Made by",
        "`stopline train merge-time`; every figure here was printed by it.",
        "",
        "## What it was fitted on",
        "",
        f"Merged pull requests of the first {FIT_SHARE:.0%} in time of each set; the rest is only scored. This very file was scored.",
        "",
        "| set | licence | from | until | merges |",
        "| --- | --- | --- | --- | ---: |",
        *(f"| {name} | {licence(name)} | {part['from']} | {part['until']} | {part['pulls']:,} |"
          for name, part in result["trainedOn"].items()),
        "",
        f"Only scored: {scored_only(result)}. A recording whose licence does not allow it trains nothing that is given away.",
        "",
        f"{', '.join(f'{key} {value}' for key, value in parameters.items() if key != 'verbose')}.",
        "",
        "## Scores",
        "",
        "Mean absolute error of log(1 + seconds) of merged pull requests opened after the cut, formula → model alone, without the",
        "share by which a repository listens to it. `lead` is what it saves, with a 95 % interval over days: below 0 the formula",
        "was better, and there a repository does not use the model.",
        "",
        "| set | merges | error | lead [95 %] |",
        "| --- | ---: | ---: | ---: |",
        *(f"| {name} | {figures(of)}" for name, of in result["later"].items()),
        "",
        *left_out(result["leftOut"]),
        "## Features",
        "",
        "| feature | what | share of gain |",
        "| --- | --- | ---: |",
        *(f"| {feature['name']} | {feature['doc']} | {share:.1%} |" for feature, share in strongest),
        "",
        "## Limits",
        "",
        "- It is fitted once and frozen, on merges alone; whether a pull request merges at all is left to the formula.",
        "- It knows a pull request as it was first heard of. What is seen of it later (reviews, labels, checks) is left to the formula.",
        "- What it was fitted on ends years before now: a repository listens to it only while it is righter than the formula there.",
        "",
    ])


PARTS = {"later": "after the cut, by the others before it", "new": "its 20th to 100th, by what the others had merged before"}


def left_out(parts: dict[str, dict]) -> list[str]:
    """Nothing where there are too few repositories to leave one out."""
    known = {name: of for name, of in parts.items() if "lead" in of}
    if not known:
        return []
    return [
        "### In repositories that it has not seen",
        "",
        "Each repository scored by a model that the others made. Where there was too little to fit or to score, it is not scored.",
        "",
        "| pull requests | repositories | not scored | merges | error | lead [95 %] |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(f"| {PARTS[name]} | {of['repositories']} | {of['notScored']} | {figures(of)}" for name, of in known.items()),
        "",
    ]


def figures(of: dict) -> str:
    lead = of["lead"]
    return (f"{of['pulls']:,} | {of['error'][0]:.3f} → {of['error'][1]:.3f} "
            f"| {lead['value']:.3f} [{lead['low']:.3f}, {lead['high']:.3f}] |")
