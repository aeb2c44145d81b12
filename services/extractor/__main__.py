"""`python -m services.extractor`: the extractor on Kafka."""

from services.extractor.service import fit
from services.runtime.serve import serve

if __name__ == "__main__":
    serve("extractor", fit)
