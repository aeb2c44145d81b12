"""`python -m services.linker`: the linker on Kafka."""

from services.linker.service import fit
from services.runtime.serve import serve

if __name__ == "__main__":
    serve("linker", fit, linger_ms=0)
