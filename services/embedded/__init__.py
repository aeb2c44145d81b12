"""All services in one process, without Kafka."""
