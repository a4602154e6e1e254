"""Asks the running playground as two customers would, and fails unless each gets the FAQ's answer. Called by .ci/run.

Usage: ask.py LOG PROCESS_GROUP. The log tells the address once the bot is ready; the process group is given up on
when it has ended. Only the standard library: it runs before anything is known to be installed.
"""

import json
import os
import re
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

INSTALLED_WITHIN_S = 1200
ANSWERED_WITHIN_S = 60
QUESTIONS = {"en": "Where is my order?", "zh": "我的订单到哪了？"}
ENTRY = "where-is-my-order"


def address(log: Path, group: int) -> str:
    """Wait for the address that the playground prints."""
    give_up_at = time.monotonic() + INSTALLED_WITHIN_S
    while time.monotonic() < give_up_at:
        found = re.search(r"http://(?:127\.0\.0\.1|localhost):\d+", log.read_text(errors="replace"))
        if found:
            return found[0]
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            sys.exit("the playground ended before it printed an address")
        time.sleep(0.5)
    sys.exit(f"no address within {INSTALLED_WITHIN_S} s")


def call(url: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def answers(folder: Path) -> dict[str, str]:
    """Words of the answer in each language, as the FAQ's file has them; a stretch without placeholders."""
    faq = "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml")))
    entry = faq.split(f"- id: {ENTRY}\n", 1)[1].split("\n- id: ", 1)[0].split("answer:", 1)[1]
    found = {}
    for language in QUESTIONS:
        answer = re.search(rf"^ *{language}:[ >|-]*(.*?)(?=^ *(?:en|zh):|\Z)", entry, re.MULTILINE | re.DOTALL)
        if answer is None:
            sys.exit(f"faq: {ENTRY} has no answer in {language}")
        found[language] = max(re.split(r"\{\w+\}|\n", answer[1]), key=len).strip(" \"',")[:40]
    return found


def ask(url: str, language: str, words: str) -> None:
    person = call(f"{url}/play/people", {"first_name": f"CI {language}", "language_code": language})
    call(f"{url}/play/act", {"act": "start", "actor": person["id"]})
    asked = call(f"{url}/play/act", {"act": "write", "actor": person["id"], "text": QUESTIONS[language]})
    print(f"{language}: {asked['result']['text']}")
    give_up_at = time.monotonic() + ANSWERED_WITHIN_S
    said: list[str] = []
    while time.monotonic() < give_up_at:
        messages = call(f"{url}/play/state")["messages"].get(str(person["id"]), [])
        said = [str(each.get("text") or "") for each in messages if each["from"]["id"] != person["id"]]
        if any(words in text for text in said):
            print(f"{language}: {next(text for text in said if words in text)}")
            return
        time.sleep(0.2)
    sys.exit(f"{language}: no answer that says {words!r} within {ANSWERED_WITHIN_S} s, only {said}")


def main() -> None:
    log, group = Path(sys.argv[1]), int(sys.argv[2])
    url = address(log, group)
    for language, words in answers(Path("faq")).items():
        ask(url, language, words)


main()
