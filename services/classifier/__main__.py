"""`python -m services.classifier`: the classifier on Kafka."""

from services.classifier.service import fit
from services.runtime.serve import serve

if __name__ == "__main__":
    serve("classifier", fit)
