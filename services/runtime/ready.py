"""Is the service in this container ready? `python -m services.runtime.ready 9100`: exit 0, or 1 and why.

The health check of the containers. It imports little, for it runs every few seconds.
"""

import http.client
import json
import sys

PATIENCE = 3.0  # seconds; a service that takes longer to say so is not ready


def not_ready(port: int, host: str = "127.0.0.1") -> str | None:
    """Why the service at that port takes no messages, in one line; None where it takes them."""
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", "/ready")
        answer = connection.getresponse()
        said = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as exc:
        return f"no answer on port {port}: {exc}"
    finally:
        connection.close()
    if answer.status == http.client.OK:
        return None
    return "; ".join(f"{cause}: {detail}" for cause, detail in said["causes"].items())


if __name__ == "__main__":
    why = not_ready(int(sys.argv[1]))
    if why is not None:
        sys.exit(why)
