"""`python -m services.store`: the store on Kafka."""

from operator import attrgetter

from services.runtime.serve import serve
from services.store.fit import fit

if __name__ == "__main__":
    serve("store", fit, needs=attrgetter("place"))
