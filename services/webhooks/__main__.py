"""`python -m services.webhooks`: the fan-out on Kafka."""

from services.runtime.serve import serve
from services.webhooks.loading import load_subscriptions
from services.webhooks.service import fit

if __name__ == "__main__":
    serve("webhooks", fit, needs=load_subscriptions)
