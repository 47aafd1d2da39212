"""How an identity graph is said on the command line: names that hide what they stand for, a tree, tables, JSON."""

from collections.abc import Mapping
from typing import Any

from attrs import asdict, frozen
from rich.text import Text
from rich.tree import Tree

from application.identity.graph import Graph, Member, Tie
from haberdasher.cli.show import out, printable, table
from ports.vault import Erased, Identifier, Vault

#: Digits of a surrogate that tell one from another in one graph.
_DIGITS = 6
FORGOTTEN = "forgotten"


@frozen
class Named:
    """What each identifier of a graph is called: `values` as they may be shown, `FORGOTTEN` where nothing is left."""

    values: Mapping[str, str]

    def of(self, surrogate: str) -> str:
        """Return e.g. `email a…@e… (3fa9c1)`."""
        kind, _, digits = surrogate.partition(":")
        value = self.values.get(surrogate)
        return f"{kind} {value} ({digits[:_DIGITS]})" if value else f"{kind} ({digits[:_DIGITS]})"

    @property
    def all_forgotten(self) -> bool:
        return all(value == FORGOTTEN for value in self.values.values())


def named(graph: Graph, vault: Vault, *, reveal: bool) -> Named:
    """Look up what the identifiers of a graph stand for; without `reveal` only enough is said to recognise them."""
    return Named({one.surrogate: _value(vault, one.surrogate, reveal=reveal) for one in graph.members})


def _value(vault: Vault, surrogate: str, *, reveal: bool) -> str:
    try:
        found = vault.reveal(surrogate)
    except (KeyError, Erased):
        return FORGOTTEN
    return printable(found.value if reveal else masked(found))


def masked(identifier: Identifier) -> str:
    """Return the first letter of each part of a value, of a number the last two digits."""
    if identifier.kind == "phone":
        return f"…{identifier.value[-2:]}"
    return "@".join(f"{part[:1]}…" for part in identifier.value.split("@"))


def show_graph(graph: Graph, names: Named) -> None:
    """Print persons with their identifiers, then links, merges and splits, and whose what was seen is."""
    numbers = {person: f"person {number}" for number, person in enumerate(graph.persons, start=1)}
    tree = Tree(Text(f"{names.of(graph.asked)}: {_of_how_many(graph)}", style="table.title"))
    for person, members in graph.persons.items():
        branch = tree.add(Text(f"{numbers[person]}, {person}", style="bold"))
        for one in members:
            branch.add(_leaf(one, names, asked=graph.asked))
    if nobody := [one for one in graph.members if one.person is None]:
        branch = tree.add(Text("identify nobody", style="bold"))
        for one in nobody:
            branch.add(_leaf(one, names, asked=graph.asked))
    out.print(tree)
    links = [(*_ends(tie, names), tie.link.kind, tie.strength, _minute(tie.link.occurred_at), _fate(tie))
             for tie in graph.ties]  # fmt: skip
    table("Links", ("one", "other", "kind", "strength", "since", "what became of it"), links)
    if graph.history:
        turns = [
            (
                _minute(turn.at),
                f"{names.of(turn.person)} absorbed {names.of(turn.other)}"
                if turn.what == "merged"
                else f"{names.of(turn.person)} gave {len(turn.identifiers)} to {names.of(turn.other)}",
                f"{turn.cause}: {' with '.join(names.of(one) for one in turn.ends)}",
            )
            for turn in graph.history
        ]
        table("Merges and splits", ("at", "what", "because of"), turns)
    if graph.redirects:
        table("Former persons", ("was", "is"), [(was, numbers.get(now, now)) for was, now in graph.redirects.items()])
    if graph.attributed:
        seen = [
            (names.of(one.carrier), numbers.get(one.person, "nobody in particular"), one.sessions, one.facts)
            for one in graph.attributed
        ]
        table("What was seen, and whose it is", ("on", "of", "sessions", "facts"), seen)


def as_document(graph: Graph, names: Named) -> dict[str, Any]:
    """Return the graph as JSON says it, with the names that may be shown."""
    return {
        "asked": graph.asked,
        "forgotten": names.all_forgotten,
        "persons": {person: [one.surrogate for one in members] for person, members in graph.persons.items()},
        "identifiers": [asdict(one) | {"value": names.values[one.surrogate]} for one in graph.members],
        "links": [
            asdict(tie.link) | {name: getattr(tie, name) for name in ("strength", "state", "reason", "retracted_at")}
            for tie in graph.ties
        ],
        "history": [asdict(turn) for turn in graph.history],
        "redirects": dict(graph.redirects),
        "attributed": [asdict(one) for one in graph.attributed],
    }


def _of_how_many(graph: Graph) -> str:
    persons = len(graph.persons)
    return f"{len(graph.members)} identifiers, {persons} person{'s' * (persons != 1)}"


def _leaf(one: Member, names: Named, *, asked: str) -> Text:
    marks = [*(["shared by several accounts"] if one.shared else []), *([one.blocked] if one.blocked else [])]
    said = f"{names.of(one.surrogate)}, since {_minute(one.first_seen)}" + "".join(f", {mark}" for mark in marks)
    return Text(said, style="bold" if one.surrogate == asked else "")


def _ends(tie: Tie, names: Named) -> tuple[str, str]:
    return names.of(tie.link.a), names.of(tie.link.b)


def _fate(tie: Tie) -> str:
    if tie.state == "accepted":
        return "makes one person"
    if tie.state == "rejected":
        return f"rejected: {tie.reason}"
    return f"taken back {_minute(tie.retracted_at)}: {tie.reason}"


def _minute(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
