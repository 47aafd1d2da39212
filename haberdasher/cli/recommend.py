"""`haberdasher recommend`: ask the newest release from the shell."""

from itertools import islice

import click

from application.projections.rows import View
from application.projections.sessions import SESSIONS
from application.serving.customer_features import session_of
from application.serving.retrieval import Retrieval
from haberdasher.bootstrap import running
from haberdasher.cli.show import answer, fail, json_option, table
from haberdasher.settings import load


@click.command()
@click.option("--session", "session_id", help="A session of the log: what could come next in it?")
@click.option("--products", help="Product ids, comma separated, instead of a session.")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 500), help="How many products.")
@click.option("--unseen", is_flag=True, help="Leave out what the session has already seen.")
@json_option
def recommend(session_id: str | None, products: str | None, k: int, unseen: bool, as_json: bool) -> None:
    """Recommend products for a session, best first, with the newest release."""
    if (session_id is None) == (products is None):
        raise click.UsageError("give either --session or --products")
    with running(load()) as app:
        manifests = app.releases.list()
        if not manifests:
            raise fail("there is no release yet: run `haberdasher learn`")
        release = app.releases.open(manifests[-1].release_id)
        seen = [one.strip() for one in (products or "").split(",") if one.strip()]
        if session_id is not None:
            session = session_of(app.read_models, session_id)
            if session is None:
                some = [key for key, _ in islice(View(app.read_models, "sessions").all(SESSIONS, page=3), 3)]
                raise fail(f"no session is called {session_id!r}; there are {', '.join(some) or 'none'}, ...")
            seen = [touch.product for touch in sorted(session.touches, key=lambda touch: touch.at)]
        retrieval = Retrieval(release, app.make.model(release.manifest.model), app.make.index)
        found = retrieval.candidates(seen, k, unseen_only=unseen)
    unknown = sum(not retrieval.knows(one) for one in seen)
    best = [
        {"position": place, "product_id": one.product_id, "score": round(one.score, 4)}
        for place, one in enumerate(found, start=1)
    ]
    if as_json:
        answer({"release": release.manifest.release_id, "seen": seen, "unknown": unknown, "items": best})
        return
    title = f"After {', '.join(seen[-5:]) or 'nothing'}" + (f" ({unknown} unknown)" if unknown else "")
    table(title, ("position", "product", "score"), [tuple(one.values()) for one in best])
