"""Shoppers of the season to look over the shoulder of, described by what the shop knows, never by the hidden truth."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from attrs import asdict, evolve, frozen

from application.features.touch import Touch
from application.learning.histories import Histories
from haberdasher.bootstrap import App
from ports.vault import Identifier

NAMES = ("Mia", "Jonas", "Amara", "Kenji")
#: Enough to say something of, and not a machine.
FEWEST, MOST = 20, 150
#: A favourite garment, but not the only one: who buys nothing but bags shows little of a taste.
CLEAR = (0.2, 0.6)


@frozen
class Persona:
    """`cookie` is new: what the persona does in the demo is done in a browser of its own."""

    name: str
    account: str
    cookie: str
    about: str


def settle(app: App, histories: Histories, file: Path) -> None:
    """Write the personas down. Who they are is chosen once; what is said of them is what is known now."""
    known = [Persona(**one) for one in json.loads(file.read_text())] if file.is_file() else choose(app, histories)
    described = []
    for one in known:
        account = app.vault.find(Identifier("account", one.account))
        touches = histories.of(account) if account else ()
        described.append(evolve(one, about=_about(touches)) if touches else one)
    half = file.with_suffix(".part")
    half.write_text(json.dumps([asdict(one) for one in described], indent=1, ensure_ascii=False))
    half.replace(file)


def choose(app: App, histories: Histories) -> Sequence[Persona]:
    """Return account holders with orders whose favourite garments differ, those with the clearest taste first."""
    found: dict[str, tuple[float, str, Sequence[Touch]]] = {}
    for person, touches in histories.people():
        account = _account(histories, person)
        bought = any(one.action == "purchase" for one in touches)
        if account is None or not bought or not FEWEST <= len(touches) <= MOST:
            continue
        garment, share = _favourite([one.category for one in touches])
        if CLEAR[0] <= share <= CLEAR[1] and share > found.get(garment, (0.0, "", ()))[0]:
            found[garment] = share, account, touches
    clearest = sorted(found.values(), key=lambda one: (-one[0], one[1]))[: len(NAMES)]
    return [
        Persona(name, app.vault.reveal(account).value, f"demo-{name.lower()}", _about(touches))
        for name, (_, account, touches) in zip(NAMES, clearest, strict=False)
    ]


def _account(histories: Histories, person: str) -> str | None:
    """Return the account of a person: a person has at most one."""
    return next((one for one in histories.members(person) if one.startswith("account:")), None)


def _favourite(words: Sequence[str]) -> tuple[str, float]:
    counts = Counter(word for word in words if word)
    if not counts:
        return "", 0.0
    word, count = min(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return word, count / sum(counts.values())


def _about(touches: Sequence[Touch]) -> str:
    garment, _ = _favourite([one.category for one in touches])
    colour, _ = _favourite([one.colour for one in touches])
    bought = sum(one.action == "purchase" for one in touches)
    returned = sum(one.action == "return" for one in touches)
    liked = f"{garment}, often in {colour}" if colour else garment
    return f"{liked}; {bought} bought" + (f", {returned} sent back" if returned else "")
