"""Spans by OpenTelemetry, sent over OTLP: the extra `traces`. Imported only where SIRWAN_TRACES is set."""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.runtime.bus import Message
from services.runtime.envelope import TRACE
from services.stage import DEAD

PATIENCE = 5.0  # seconds a collector may take; one that is away costs spans, never messages

W3C = TraceContextTextMapPropagator()


def exported(endpoint: str, service: str) -> "OtlpTraces":
    """Traces that a thread sends to `endpoint` (base URL of an OTLP receiver over HTTP) every few seconds."""
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=PATIENCE)
    return OtlpTraces(BatchSpanProcessor(exporter), service)


@dataclass(frozen=True, slots=True)
class OtlpSpan:
    """Keeps the promise of tracing.py: Span."""

    span: trace.Span
    began: int  # nanoseconds since 1970

    @property
    def traceparent(self) -> str:
        """Its place in the trace."""
        carrier: dict[str, str] = {}
        W3C.inject(carrier, trace.set_span_in_context(self.span))
        return carrier[TRACE]

    def ended(self, page_id: str, fate: str, reason: str, seconds: float) -> None:
        """The message has its fate; a dead one is an error."""
        said = {"sirwan.page_id": page_id[:64], "sirwan.fate": fate, "sirwan.reason": reason}
        self.span.set_attributes(said)
        if fate == DEAD:
            self.span.set_status(trace.StatusCode.ERROR, reason)
        self.span.end(self.began + int(seconds * 1e9))


class OtlpTraces:
    """Keeps the promise of tracing.py: Traces."""

    def __init__(self, processor: SpanProcessor, service: str) -> None:
        who = Resource.create({"service.name": service, "service.version": version("sirwan")})
        self._provider = TracerProvider(resource=who, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("sirwan")

    def began(self, stage: str, message: Message, at: datetime) -> OtlpSpan:
        """A span under the one that the message's headers name."""
        began = int(at.timestamp() * 1e9)
        span = self._tracer.start_span(
            f"{stage} {message.topic}",
            W3C.extract(message.headers),
            kind=trace.SpanKind.CONSUMER,
            start_time=began,
            attributes={
                "sirwan.stage": stage,
                "sirwan.topic": message.topic,
                "sirwan.partition": message.partition,
                "sirwan.offset": message.offset,
            },
        )
        return OtlpSpan(span, began)

    def close(self) -> None:
        """Send what is left, if the collector takes it."""
        self._provider.shutdown()
