"""`python -m services.store`: the store on Kafka."""

from services.store.fit import fit
from services.runtime.serve import serve

if __name__ == "__main__":
    serve("store", fit)
