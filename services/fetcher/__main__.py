"""`python -m services.fetcher`: the fetcher on Kafka."""

from services.fetcher.service import fit
from services.runtime.serve import serve

if __name__ == "__main__":
    serve("fetcher", fit)
