"""A small receiver of OTLP over HTTP, on loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector(HTTPServer):
    """Keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def spans(self) -> list[Span]:
        """All spans, as they came."""
        received = [ExportTraceServiceRequest.FromString(body) for _, body in self.requests]
        return [
            span
            for each in received
            for one in each.resource_spans
            for scope in one.scope_spans
            for span in scope.spans
        ]

    def services(self) -> set[str]:
        """Names of the services that sent something."""
        received = [ExportTraceServiceRequest.FromString(body) for _, body in self.requests]
        return {
            pair.value.string_value
            for each in received
            for one in each.resource_spans
            for pair in one.resource.attributes
            if pair.key == "service.name"
        }


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.requests.append((self.path, body))
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the inherited name
        """Silence."""


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector while the context is open."""
    collector = Collector()
    thread = threading.Thread(target=collector.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield collector
    finally:
        collector.shutdown()
        thread.join()
        collector.server_close()


def attributes(span: Span) -> dict[str, str | int]:
    """The attributes of a span."""
    return {
        pair.key: pair.value.string_value if pair.value.HasField("string_value") else pair.value.int_value
        for pair in span.attributes
    }
