"""The card of the model that orders lines, in words."""

from card import licence


def card_of(result: dict, features: list[dict], importance: list[float], parameters: dict) -> str:
    lead = result["later"]["all that trained"]["lead"]
    return "\n".join([
        f"# Model `{result['name']}` {result['version']}",
        "",
        "Boosted trees that move the score of a line of a log, by 1 at most, so that the line that tells the cause of a failure comes",
        "first (docs/failure-kinds.md). Made by `stopline train failure-kind`; every figure here was printed by it.",
        "",
        "## What it was fitted on",
        "",
        "Lines that the rules keep of labelled logs, read without the rules that were learned from the same set. No time split: the sets",
        "tell no times, so each set is scored by a model that the others made; one that stands alone, fold by fold of its logs.",
        "",
        "| set | licence | logs |",
        "| --- | --- | ---: |",
        *(f"| {name} | {licence(name)} | {logs} |" for name, logs in result["trainedOn"].items()),
        "",
        f"Only scored: {', '.join(f'{name} ({licence(name)})' for name in result['scoredOnly']) or 'none'}.",
        "",
        ", ".join(f"{key} {value}" for key, value in parameters.items() if key not in ("verbose", "objective")) + ".",
        "",
        "## Scores, each set left out",
        "",
        "Rules alone → with the model. A log counts as a hit where a line marked as decisive is the first shown, or among the first 3.",
        "`lead` is the gain in reciprocal rank, in thousandths, with a 95 % interval over logs.",
        "",
        "| set | logs | top 1 | top 3 | mean reciprocal rank | lead [95 %] |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(f"| {name} | {of['logs']} | {pair(of['top1'])} | {pair(of['top3'])} | {pair(of['meanReciprocalRank'])} "
          f"| {interval(of['lead'])} |" for name, of in result["leftOut"].items()),
        f"| all of them | | | | | {interval(lead)} |",
        "",
        "## Features",
        "",
        "| feature | what | share of gain |",
        "| --- | --- | ---: |",
        *(f"| {feature['name']} | {feature['doc']} | {share:.1%} |" for feature, share in zip(features, importance)),
        "",
        "## Limits",
        "",
        "- It orders lines that the rules keep; a line that they sift out it never sees.",
        f"- It saw {sum(result['trainedOn'].values())} logs of {len(result['trainedOn'])} sets. It is put into service only where its lead on sets left out is shown.",
        "- It knows nothing of the code that was changed, or of other runs.",
        "",
    ])


def pair(values: list) -> str:
    return " → ".join(f"{value:.3f}" for value in values)


def interval(lead: dict) -> str:
    return f"{lead['value']:.1f} [{lead['low']:.1f}, {lead['high']:.1f}]"
