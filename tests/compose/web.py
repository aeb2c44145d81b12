"""The news of the test, as one more container: the tiny news web, and many generated pages.

The names are aliases of this container on the fetcher's network (override.yml there).
"""

import threading
from contextlib import ExitStack

from deploy.demo.server import NewsWeb
from tests.generated_web import generated_web

ADDRESS = "http://{name}.example:{port}"  # of a newsroom

HOSTS, FIRST_PORT = 4, 8800
GENERATED = [f"http://many{number}.example:{FIRST_PORT + number}" for number in range(HOSTS)]

if __name__ == "__main__":
    with ExitStack() as serving:
        serving.enter_context(NewsWeb(host="0.0.0.0", address=ADDRESS))  # noqa: S104 - inside a container
        serving.enter_context(generated_web(HOSTS, "0.0.0.0", FIRST_PORT))  # noqa: S104 - as above
        threading.Event().wait()
