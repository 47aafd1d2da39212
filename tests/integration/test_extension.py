"""An outside package adds an aggregate, events, a projection and a policy, and its events go the whole way."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from litestar.testing import TestClient

import acme_shop
from acme_shop import extension
from acme_shop.fitting import FittingBooked, FittingKept, FittingMissed
from acme_shop.no_shows import COUNTS
from adapters.http.api import api
from application.pending import Pending
from application.projections.noise import Noise
from application.projections.quarantine import waiting
from application.projections.rows import View
from application.streams import SNAPSHOT_EVERY, decide
from domain.identity.identifier import IdentifierObserved
from domain.kernel import Decider
from domain.names import UnknownName
from domain.returns.routes import SignalRouted
from domain.returns.routing import ROUTING
from domain.taxonomy.adoption import AliasesAdopted
from domain.taxonomy.fields import Field, key
from domain.taxonomy.interpret import Canonical
from domain.taxonomy.source import Declaration
from domain.traffic.policy import NOISE, RobotRules
from haberdasher.bootstrap import App, bootstrap
from haberdasher.extension import CanonicalEvent, Extension
from haberdasher.serving import service_of
from haberdasher.settings import Settings, load
from haberdasher.testing.ledger import LEDGER, Balance, Deposited, DepositedV1
from ports.event_log import Append, Commit, Fact, Metadata, stream_name
from tests.support.house import SOURCES, person_of, receive
from tests.support.shop import MONDAY, ordered, sent, sent_back, viewed

PACKAGE = Path(acme_shop.__file__).parent


def opened(home: Path, *extensions: Extension) -> App:
    return bootstrap(Settings(home=home, batch=100, sources=SOURCES), extensions=extensions)


def booked(fitting_id: str, minute: float, event: str = "Tailor Booked", product: str = "tweed-jacket") -> bytes:
    """An appointment an hour after `minute`."""
    starts = MONDAY + timedelta(minutes=minute + 60)
    properties = {"appointment": fitting_id, "productId": product, "starts_at": starts.isoformat(), "tailor": "Rosa"}
    return sent(event, minute, properties=properties)


def attended(fitting_id: str, minute: float) -> bytes:
    return sent("acme_shop.fitting_attended", minute, properties={"fitting_id": fitting_id})


def facts(app: App, *kinds: type) -> list[Any]:
    return [one.event for one in app.log.follow(after=0, limit=10_000) if isinstance(one.event, kinds)]


def no_shows(app: App) -> Mapping[str, tuple[int, int]]:
    return dict(View(app.read_models, "acme_shop.no_shows").all(COUNTS))


FITTING = {"fitting_id": "f-1", "product_id": "tweed-jacket", "starts_at": "2026-03-02T11:00:00Z"}
#: Two are booked; who is in time keeps it, who is twenty minutes late has missed it.
STORY = [booked("f-1", 0), booked("f-2", 1, "acme_shop.fitting_booked"), attended("f-1", 70), attended("f-2", 81)]


def test_it_is_small_and_knows_public_places_only() -> None:
    """Under 130 lines, a feature and docstrings included, that import our inner layers and our published names."""
    lines = [line for path in PACKAGE.glob("*.py") for line in path.read_text().splitlines() if line.strip()]
    imported = {line.split()[1] for line in lines if line.startswith(("from ", "import "))}
    public = ("domain.", "ports.", "application.", "haberdasher.extension", "haberdasher.testing", "acme_shop", "attrs")
    assert len(lines) < 130
    assert [name for name in imported if not name.startswith((*public, "collections", "datetime", "typing"))] == []


def test_an_event_of_theirs_goes_the_whole_way(tmp_path: Path) -> None:
    """Over HTTP under its own name and its alias; door, aggregate, read model; and a rebuild gives the same rows."""
    app = opened(tmp_path, extension)
    service = evolve(service_of(app), pages=False)
    with TestClient(api(service, version="test", close=app.close)) as client:
        answer = client.post("/v1/events?source=oms", content=b"[" + b",".join(STORY) + b"]")
        assert (answer.status_code, answer.json()["accepted"]) == (202, 4), answer.text
        assert app.live.wait_for(answer.json()["position"], timeout=30)

        assert [type(event) for event in facts(app, FittingBooked, FittingKept, FittingMissed)] == [
            *(FittingBooked, FittingBooked, FittingKept, FittingMissed)
        ]
        (first, _) = facts(app, FittingBooked)
        assert first == FittingBooked("f-1", "tweed-jacket", MONDAY + timedelta(hours=1), "Rosa")
        live = no_shows(app)
        assert live == {"tweed-jacket": (2, 1)}
        app.runner.rebuild(app.projections["acme_shop.no_shows"])
        assert no_shows(app) == live
        assert app.read_models.live("acme_shop.no_shows") == 2


def test_their_facts_carry_the_envelope_of_their_arrival(tmp_path: Path) -> None:
    """Whatever came in can be traced: source, name as sent, taxonomy with their names in it."""
    app = opened(tmp_path, extension)
    (answer,) = receive(app, "oms", STORY[:1])
    (recorded,) = [one for one in app.log.follow(after=0, limit=1000) if isinstance(one.event, FittingBooked)]
    assert recorded.stream == "main/acme_shop.fitting-f-1"
    assert recorded.metadata.intake_position == answer.position
    assert recorded.metadata.envelope is not None
    assert recorded.metadata.envelope.source_event_name == "Tailor Booked"
    (adopted,) = facts(app, AliasesAdopted)
    assert recorded.metadata.envelope.taxonomy_version == adopted.taxonomy_version
    assert adopted.names["*.tailor_booked"] == "acme_shop.fitting_booked"
    app.close()


@pytest.mark.parametrize(
    ("dialect", "message"),
    [
        ("segment", {"type": "track", "event": "Tailor Booked", "userId": "ada", "properties": FITTING}),
        ("ga4", {"client_id": "1.2", "name": "tailor_booked", "params": FITTING}),
    ],
)
def test_a_vendors_custom_event_may_be_theirs(tmp_path: Path, dialect: str, message: Mapping[str, Any]) -> None:
    """What the vendor has no word for is looked up as any other name."""
    door = Declaration(name="door", clock="live", authority="server", dialect=dialect)
    app = bootstrap(Settings(home=tmp_path, sources={"door": door}), extensions=[extension])
    (answer,) = receive(app, "door", [json.dumps(message).encode()])
    assert (answer.outcome, no_shows(app)) == ("accepted", {"tweed-jacket": (1, 0)}), answer
    app.close()


def test_the_same_again_is_no_second_fact(tmp_path: Path) -> None:
    """A batch that is sent twice, and a booking under another event id, are one booking."""
    app = opened(tmp_path, extension)
    receive(app, "oms", STORY)
    assert {one.outcome for one in receive(app, "oms", STORY)} == {"duplicate"}
    receive(app, "oms", [booked("f-1", 0)])
    assert no_shows(app) == {"tweed-jacket": (2, 1)}
    app.close()


@pytest.mark.parametrize(
    ("body", "source", "reason", "field"),
    [
        (sent("Tailor Booked", properties={"appointment": "f-1"}), "oms", "missing_required", "product_id"),
        (booked("f-1", 0, product="ada@example.com"), "oms", "pii_detected", "product_id"),
        (booked("f-1", 0), "web", "enum_unknown", "event"),
    ],
)
def test_the_door_refuses_theirs_as_ours(tmp_path: Path, body: bytes, source: str, reason: str, field: str) -> None:
    """A required field, personal data in an id, a client that speaks for the shop: refused with the field's name."""
    app = opened(tmp_path, extension)
    (answer,) = receive(app, source, [body])
    assert (answer.outcome, answer.reason, answer.field) == ("quarantined", reason, field)
    app.close()


def test_a_rule_of_theirs_that_says_no_sends_the_event_to_the_quarantine(tmp_path: Path) -> None:
    """Nobody comes to what was never booked; once it is booked the event can be let out."""
    app = opened(tmp_path, extension)
    (answer,) = receive(app, "oms", [attended("f-1", 70)])
    assert [(one.reason, one.detail) for one in waiting(app.read_models)] == [("handler_failed", "NeverBooked")]
    receive(app, "oms", [booked("f-1", 0)], "batch-2")
    app.releasing.release([answer.position])
    receive(app, "oms", [])
    assert [type(event) for event in facts(app, FittingBooked, FittingKept)] == [FittingBooked, FittingKept]
    assert list(waiting(app.read_models)) == []
    app.close()


def test_what_came_before_the_extension_waits_for_it(tmp_path: Path) -> None:
    """Without it the name is unknown and the event waits; with it, it is let out and counts."""
    app = opened(tmp_path)
    (answer,) = receive(app, "oms", STORY[:1])
    assert (answer.outcome, answer.reason) == ("quarantined", "unknown_event_name")
    app.close()
    app = opened(tmp_path, extension)
    app.releasing.release([answer.position])
    receive(app, "oms", [])
    assert no_shows(app) == {"tweed-jacket": (1, 0)}
    app.close()


def test_an_operators_alias_may_mean_an_event_of_theirs(tmp_path: Path) -> None:
    """The settings know their names, and what they say counts more than what the extension says."""
    config = tmp_path / "haberdasher.toml"
    lines = [
        'extensions = ["acme_shop:extension"]',
        "[sources.oms]",
        'clock = "backfill"',
        'authority = "server"',
        "[aliases.oms]",
        '"Rosa has time" = "acme_shop.fitting_booked"',
        '[aliases."*"]',
        '"tailor-booked" = "cart_viewed"',
    ]
    config.write_text("\n".join(lines))
    settings = load({"HABERDASHER_CONFIG": str(config), "HABERDASHER_HOME": str(tmp_path / "var")})
    assert settings.extensions == (extension,)
    app = bootstrap(settings)
    answers = receive(app, "oms", [booked("f-1", 0, "Rosa Has Time"), booked("f-2", 0, "Tailor Booked")])
    assert [one.outcome for one in answers] == ["accepted", "quarantined"]
    assert answers[1].field == "anonymous_id"  # the view of a cart is somebody's
    assert no_shows(app) == {"tweed-jacket": (1, 0)}
    app.close()


@frozen
class MirrorTouched:
    visitor: str


@frozen
class Mirror:
    touched: int = 0


MIRROR: Decider[Mirror, MirrorTouched] = Decider("acme_mirror.mirror", Mirror, lambda old, _: Mirror(old.touched + 1))


def _touched(pending: Pending, sent: Canonical, who: Mapping[str, str], metadata: Metadata) -> None:
    pending.take(MIRROR, sent.fields["mirror"], (MirrorTouched(who["anonymous"]),), metadata)


#: Behaviour, that clients may state.
MIRRORS = Extension(
    name="acme_mirror",
    deciders=(MIRROR,),
    events=((MirrorTouched, "acme_mirror.mirror_touched"),),
    canonical=(
        CanonicalEvent(
            "acme_mirror.mirror_touched", (Field("mirror", key(), required=True),), _touched, authority="client"
        ),
    ),
)


def test_behaviour_of_theirs_needs_an_identifier_and_consent(tmp_path: Path) -> None:
    """Whoever may be a client says who it was, and nothing is taken from those who refused."""
    app = opened(tmp_path, extension, MIRRORS)
    touch = {"properties": {"mirror": "m-1"}}
    denied = {"properties": {"analytics": "denied"}}
    answers = receive(
        app,
        "web",
        [
            sent("acme_mirror.mirror_touched", 0, anonymous_id="ada", **touch),
            sent("acme_mirror.mirror_touched", 1, **touch),
            sent("consent_changed", 2, anonymous_id="bob", **denied),
            sent("acme_mirror.mirror_touched", 3, anonymous_id="bob", **touch),
        ],
    )
    assert [one.reason for one in answers] == ["", "missing_required", "", ""]
    (touched,) = facts(app, MirrorTouched)
    assert app.vault.reveal(touched.visitor).value == "ada"
    assert [one.reason for one in waiting(app.read_models)] == ["missing_required", "consent_required"]
    app.close()


def cards(app: App) -> Sequence[str | None]:
    """Return the persons of an account that pays with three loyalty cards."""
    events = [viewed("coat", n, cookie=f"cookie-{n}", user_id="ada", loyalty_id=f"card-{n}") for n in range(3)]
    receive(app, "web", events)
    seen = [event.surrogate for event in facts(app, IdentifierObserved) if event.kind == "loyalty"]
    return [person_of(app.read_models, surrogate) for surrogate in seen]


def test_their_identity_policy_replaces_ours(tmp_path: Path) -> None:
    """Three cards are more than one person has with us; with them a person has up to four."""
    ours, theirs = opened(tmp_path / "ours"), opened(tmp_path / "theirs", extension)
    assert (len(set(cards(ours))), len(set(cards(theirs)))) == (2, 1)
    assert theirs.reader.policy.version == "acme_shop.identity-1"
    ours.close()
    theirs.close()


def test_their_noise_policy_replaces_ours(tmp_path: Path) -> None:
    """A trap of theirs catches who walks into it, and the mark names the version of their rules."""
    traps = evolve(NOISE, rule_version="acme_traps.noise-1", robots=RobotRules(traps=("/honey",)))
    into = sent("page_viewed", 0, anonymous_id="bot", properties={"path_template": "/honey", "page_type": "other"})
    found = []
    for home, extensions in (("ours", ()), ("theirs", (Extension(name="acme_traps", policies=(traps,)),))):
        app = opened(tmp_path / home, *extensions)
        receive(app, "web", [into])
        noise = Noise.read(app.read_models, app.extensions.noise)
        found.append((noise.rule_versions, [one.verdict for one in noise.verdicts]))
        app.close()
    assert found == [(("noise-1",), ["human"]), (("acme_traps.noise-1",), ["bot"])]


def test_their_routing_policy_replaces_ours(tmp_path: Path) -> None:
    """What a return teaches is decided by theirs, and every route names its version."""
    mild = evolve(ROUTING, version="acme_mild.returns-1", taste={**ROUTING.taste, "taste": -0.5})
    app = opened(tmp_path, Extension(name="acme_mild", policies=(mild,)))
    receive(app, "oms", [ordered("o-1", 0, "coat/m"), sent_back("r-1", "o-1", 3000, "coat/m", "style")])
    routed = facts(app, SignalRouted)
    assert {event.policy_version for event in routed} == {"acme_mild.returns-1"}
    app.close()


def test_an_older_shape_of_an_event_is_lifted_on_reading(tmp_path: Path) -> None:
    """Version 1 is stored by the first release of an extension; the second one brings the upcaster and reads it."""
    category = evolve(LEDGER, category="acme_bank.ledger")
    first = Extension(name="acme_bank", deciders=(category,), events=((DepositedV1, "acme_bank.deposited"),))
    second = Extension(
        name="acme_bank",
        deciders=(category,),
        events=((Deposited, "acme_bank.deposited"),),
        upcasters={"acme_bank.deposited": {1: lambda old: {"cents": old["units"] * 100}}},
    )
    stream, at = stream_name("main", category.category, "a"), MONDAY
    app = opened(tmp_path, first)
    app.log.commit(Commit([Append(stream, 0, [Fact(DepositedV1(3), Metadata("1", at, at))])]))
    app.close()
    app = opened(tmp_path, second)
    app.log.commit(Commit([Append(stream, 1, [Fact(Deposited(5, "late"), Metadata("2", at, at))])]))
    assert [one.event for one in app.log.read(stream)] == [Deposited(300), Deposited(5, "late")]
    app.close()


def test_a_state_of_theirs_is_kept_as_a_snapshot(tmp_path: Path) -> None:
    """A long stream is not folded from its beginning each time."""
    bank = Extension(
        name="acme_bank",
        events=((Deposited, "acme_bank.deposited"),),
        states=((Balance, "acme_bank.balance"),),
    )
    app = opened(tmp_path, bank)
    deposits = tuple(Deposited(1) for _ in range(SNAPSHOT_EVERY))
    decide(
        app.log, LEDGER, "main/acme_bank.ledger-a", lambda _: deposits, lambda: Metadata(app.ids.new(), MONDAY, MONDAY)
    )
    snapshot = app.log.snapshot("main/acme_bank.ledger-a")
    assert snapshot is not None
    assert snapshot.state == Balance(SNAPSHOT_EVERY, SNAPSHOT_EVERY)
    app.close()


def test_a_process_without_the_extension_says_what_it_lacks(tmp_path: Path) -> None:
    """It stops at the first event that it cannot read, with the stored name and the remedy, and skips nothing."""
    app = opened(tmp_path, extension)
    app.door.receive("oms", STORY, batch_id="batch-1")
    app.canonicaliser.catch_up()
    app.close()
    app = opened(tmp_path)
    with pytest.raises(UnknownName, match=r"'acme_shop\.fitting_booked'.*`extensions` in the settings"):
        app.runner.catch_up(list(app.projections.values()))
    app.close()
    app = opened(tmp_path, extension)
    app.runner.catch_up(list(app.projections.values()))
    assert no_shows(app) == {"tweed-jacket": (2, 1)}
    app.close()


def test_every_command_has_the_extensions_of_the_settings(tmp_path: Path) -> None:
    """A file of theirs is read, projected, rebuilt; the doctor names them; without them a command says why not."""
    config, story = tmp_path / "haberdasher.toml", tmp_path / "story.jsonl"
    source = '[sources.jsonl]\nclock = "backfill"\nauthority = "server"\n'
    story.write_bytes(b"\n".join(STORY))

    def run(*arguments: str, extended: bool = True) -> tuple[int, str, str]:
        config.write_text(('extensions = ["acme_shop:extension"]\n' if extended else "") + source)
        mine = {name: value for name, value in os.environ.items() if not name.startswith("HABERDASHER_")}
        mine |= {"HABERDASHER_HOME": str(tmp_path / "var"), "HABERDASHER_CONFIG": str(config)}
        mine |= {"PYTHONPATH": str(PACKAGE.parent)}
        command = [sys.executable, "-m", "haberdasher", *arguments]
        ran = subprocess.run(command, env=mine, capture_output=True, text=True, check=False)
        return ran.returncode, ran.stdout, ran.stderr

    code, out, _ = run("ingest", "jsonl", str(story), "--json")
    assert (code, json.loads(out)["accepted"]) == (0, 4)
    code, out, _ = run("project", "--json")
    (status,) = [one for one in json.loads(out)["projections"] if one["name"] == "acme_shop.no_shows"]
    assert (code, status["lag"], status["generation"]) == (0, 0, 1)
    code, out, _ = run("project", "--rebuild", "acme_shop.no_shows", "--json")
    (status,) = [one for one in json.loads(out)["projections"] if one["name"] == "acme_shop.no_shows"]
    assert (code, status["lag"], status["generation"]) == (0, 0, 2)
    code, out, _ = run("doctor", "--json")
    assert "extension acme_shop: acme_shop.fitting_booked, acme_shop.fitting_attended" in out

    code, _, err = run("project", "--rebuild", "sessions", extended=False)
    assert (code, "'acme_shop.fitting_booked'" in err, "Traceback" in err) == (1, True, False)


def test_an_extension_that_breaks_is_one_line_and_no_trace(tmp_path: Path) -> None:
    """Exit code 1, what it raised, and nothing is written."""
    config, home = tmp_path / "haberdasher.toml", tmp_path / "var"
    (tmp_path / "acme_torn.py").write_text("raise KeyError('boom')")
    config.write_text('extensions = ["acme_torn:extension"]')
    mine = {name: value for name, value in os.environ.items() if not name.startswith("HABERDASHER_")}
    mine |= {"HABERDASHER_HOME": str(home), "HABERDASHER_CONFIG": str(config), "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "haberdasher", "project"]
    ran = subprocess.run(command, env=mine, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, home.exists()) == (1, "", False)
    (line,) = ran.stderr.splitlines()
    assert line.startswith("Error: extensions: acme_torn:extension: KeyError: 'boom': ")
