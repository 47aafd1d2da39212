"""segment-analytics-python."""

import json
import sys

from segment.analytics.client import Client

from tests.vendors.clients.said import repeated


def main(url: str, key: str, times: int) -> None:
    client = Client(write_key=key, host=f"{url}/collect/segment", gzip=True, max_retries=2)
    sent = []
    for name, properties in repeated(times):
        _, message = client.track(user_id="ada", anonymous_id="cookie-1", event=name, properties=dict(properties))
        sent.append((message["messageId"], name))
    _, message = client.identify(user_id="ada", anonymous_id="cookie-1", traits={"email": "ada@example.com"})
    sent.append((message["messageId"], "identify"))
    _, message = client.page(user_id="ada", anonymous_id="cookie-1", name="Home", properties={"path": "/"})
    sent.append((message["messageId"], "page"))
    client.flush()
    client.shutdown()
    print(json.dumps(sent))


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
