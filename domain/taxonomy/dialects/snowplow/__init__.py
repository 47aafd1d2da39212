"""What Snowplow trackers say (tracker protocol, one element of `payload_data`), in the generic wire form."""

from collections.abc import Callable, Mapping, Sequence

from attrs import evolve

from domain.taxonomy.dialects.dialect import WireEvent
from domain.taxonomy.dialects.snowplow import actions, baked_in, commerce, described
from domain.taxonomy.dialects.snowplow.envelope import envelope_of, known
from domain.taxonomy.dialects.snowplow.message import Message
from domain.taxonomy.refusal import Reason, Refused

_Told = Callable[[Message], Sequence[WireEvent]]

#: By the code in `e`; what is not here means nothing to a shop and is refused under its own name.
_BAKED_IN: Mapping[str, _Told] = {
    "pv": baked_in.page_view,
    "pp": baked_in.page_ping,
    "se": baked_in.structured,
    "tr": baked_in.transaction,
    "ti": baked_in.transaction_item,
}


def translate(sent: WireEvent) -> Sequence[WireEvent]:
    """Read one event; its contexts must be readable too. Order: as in the message. Raises `Refused`."""
    try:
        return _translated(sent)
    except Refused as no:
        raise evolve(no, known=known(sent)) from None


def _translated(sent: WireEvent) -> Sequence[WireEvent]:
    message = Message.of(sent)
    envelope = envelope_of(message)
    code = sent.get("e")
    if not isinstance(code, str) or not code.strip():
        raise Refused(Reason.MISSING_REQUIRED, "e", "the type of the event is required")
    told = _BAKED_IN[code](message) if code in _BAKED_IN else _self_describing(message, code)
    shared = {name: value for name, value in envelope.items() if name != "event_id"}
    return [{**envelope, **told[0]}, *({**shared, **one} for one in told[1:])]


def _self_describing(message: Message, code: str) -> Sequence[WireEvent]:
    if code not in {"ue", "unstruct"}:
        return [{"event": code}]
    said = message.said
    if said is None:
        raise Refused(Reason.MISSING_REQUIRED, "ue_pr", "a self-describing event says what it is")
    family = _FAMILIES.get(said.vendor, {})
    tell = family.get(said.name)
    if tell is None:
        return described.own(message, said)
    if said.model != 1:
        return [{"event": said.name, "schema_version": str(said.model)}]
    return tell(message, said)


#: Vendor of a schema -> its name -> how it is read.
_FAMILIES: Mapping[str, Mapping[str, described.Reading]] = {
    "com.snowplowanalytics.snowplow.ecommerce": actions.READINGS,
    "com.snowplowanalytics.snowplow": described.SNOWPLOW,
    "com.snowplowanalytics.mobile": described.MOBILE,
    "io.snowplow.ecomm": commerce.READINGS,
}
