"""Holds `glasswatch pattern test` against the second readings of both pattern languages: what matches, and what is no pattern."""
import json
import os
import random
import subprocess

import event_pattern_cases
import event_pattern_oracle
import log_pattern_cases
import log_pattern_oracle

LANGUAGES = {
    "eventbridge": (event_pattern_oracle, event_pattern_cases, "event_text"),
    "cloudwatch": (log_pattern_oracle, log_pattern_cases, "message_text"),
}


def answers(language, cases):
    """What the program says of each case: True, False or "invalid"."""
    subject = LANGUAGES[language][2]
    lines = [json.dumps({"id": str(i), "pattern_text": pattern, subject: text, "matches": True}) for i, (pattern, text) in enumerate(cases)]
    run = subprocess.run([os.environ["GW_BINARY"], "pattern", "test", "--syntax", language, "-"], input="\n".join(lines) + "\n",
                         capture_output=True, text=True)
    said = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(said) == len(cases), run.stderr
    return [one["got"] for one in said]


def expected(language, pattern, text):
    try:
        return LANGUAGES[language][0].matches(pattern, text)
    except event_pattern_oracle.Invalid:
        return "invalid"


def compare(checks, language, cases, about):
    counts = {}
    for (pattern, text), got in zip(cases, answers(language, cases)):
        want = expected(language, pattern, text)
        counts[want] = counts.get(want, 0) + 1
        checks.ok(got == want, f"{about}: {language} pattern {pattern!r} on {text!r} is {want}, the program says {got}")
    for want in (True, False, "invalid"):
        checks.ok(counts.get(want, 0) * 100 > len(cases), f"{about}: of {language} only {counts}")


def compare_random(checks, seed, number):
    for language, (_, cases, _) in LANGUAGES.items():
        made = cases.Cases(random.Random(f"{language} {seed}"))
        compare(checks, language, [made.case() for _ in range(number)], f"seed {seed}")


def compare_every(checks):
    for language, (_, cases, _) in LANGUAGES.items():
        compare(checks, language, list(cases.every()), "every")
        limits = list(cases.at_the_limits())
        for (pattern, good), got in zip(limits, answers(language, [(pattern, "{}") for pattern, _ in limits])):
            checks.ok((got != "invalid") == good, f"{language}: a pattern of {len(pattern)} characters is {got}: {pattern[:80]}")
