"""What an operator may turn in the deployment beside the settings: ports, images, limits.

They are written into .env, for docker compose. docker-compose.yml uses each with the same
default; a test compares the two. .env.example and docs/reference/deployment.md are made from here.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Knob(NamedTuple):
    """One variable of docker-compose.yml."""

    default: str
    meaning: str


KNOBS: Mapping[str, Knob] = {
    "KAFKA_PORT": Knob("9092", "Port on 127.0.0.1 where consumers outside the containers reach Kafka."),
    "WEB_PORT": Knob("8000", "Port of the pages on 127.0.0.1."),
    "POSTGRES_PORT": Knob(
        "15432", "The same for PostgreSQL; not 5432, which one of this machine's own may have."
    ),
    "PROMETHEUS_PORT": Knob("9090", "Port of Prometheus on 127.0.0.1, profile monitoring."),
    "GRAFANA_PORT": Knob("3000", "Port of Grafana on 127.0.0.1, profile monitoring; the user is admin."),
    "KAFBAT_PORT": Knob("8080", "Port of the topic browser on 127.0.0.1, profile ui."),
    "SOURCES_FOLDER": Knob("./deploy/sources", "Folder of source files on this machine, readable for all."),
    "SECRETS_FOLDER": Knob("./secrets", "Folder of passwords, tokens and certificates; `make secrets`."),
    "WEBHOOKS_FOLDER": Knob(
        "./webhooks", "Folder of webhooks.toml and its secrets, which user 10001 may read; profile webhooks."
    ),
    "WARC_FOLDER": Knob("warcs", "Volume of SIRWAN_WARC; or a folder (./…) that user 10001 may write."),
    "BACKUP_FOLDER": Knob("backups", "Volume of the dumps; or a folder (./…) that user 999 may write."),
    "BACKUP_KEEP": Knob("14", "Dumps kept; older ones are removed after each backup."),
    "FETCHER_MEMORY": Knob("512m", "Memory the fetcher may use, at most."),
    "EXTRACTOR_MEMORY": Knob(
        "1g", "The same for each extractor: SIRWAN_EXTRACT_MEMORY for each of its workers, and 256 MiB."
    ),
    "CLASSIFIER_MEMORY": Knob("512m", "The same for each classifier."),
    "LINKER_MEMORY": Knob("1g", "The same for the linker, which holds 45 days or 60,000 articles."),
    "STORE_MEMORY": Knob("512m", "The same for the store's writer."),
    "WEB_MEMORY": Knob("512m", "The same for the pages."),
    "WEBHOOKS_MEMORY": Knob("256m", "The same for the webhooks."),
    "KAFKA_MEMORY": Knob("1g", "The same for Kafka; twice its heap, the rest is its cache of files."),
    "POSTGRES_MEMORY": Knob("512m", "The same for PostgreSQL."),
    "PROMETHEUS_MEMORY": Knob("512m", "The same for Prometheus."),
    "GRAFANA_MEMORY": Knob("512m", "The same for Grafana."),
    "KAFBAT_MEMORY": Knob("768m", "The same for the topic browser."),
    "KAFKA_HEAP": Knob("-Xms256m -Xmx512m", "Kafka's Java heap, as options of the Java machine."),
    "WEB_SHOWS": Knob(
        "excerpts", "SIRWAN_WEB_SHOWS of the pages: excerpts, or nothing without secrets/web_token."
    ),
    "SERVICE_CPUS": Knob("1.0", "Processors each of the services may keep busy."),
    "KAFKA_CPUS": Knob("2.0", "Processors Kafka may keep busy."),
    "POSTGRES_CPUS": Knob("1.0", "Processors PostgreSQL may keep busy."),
    "LOG_MAX_SIZE": Knob("10m", "Size at which a container's log file is put aside."),
    "LOG_MAX_FILES": Knob("5", "Log files kept of each container."),
    "PROMETHEUS_KEEP": Knob("30d", "Age at which measurements are dropped."),
    "REQUIREMENTS": Knob(
        "run",
        "What is built in: run, traces for OpenTelemetry, or vectors for stories. Build anew after a change.",
    ),
    "SERVICE_IMAGE": Knob("sirwan:local", "Name of the image that is built for all services."),
    "PYTHON_IMAGE": Knob("python:3.13-slim", "What it is built on."),
    "KAFKA_IMAGE": Knob("apache/kafka:4.3.1", "Image of Kafka."),
    "POSTGRES_IMAGE": Knob("postgres:18", "Image of PostgreSQL, the kind based on Debian. Of backups too."),
    "PROMETHEUS_IMAGE": Knob("prom/prometheus:v3.5.3", "Image of Prometheus."),
    "GRAFANA_IMAGE": Knob("grafana/grafana:13.2.3", "Image of Grafana."),
    "KAFBAT_IMAGE": Knob("kafbat/kafka-ui:v1.5.0", "Image of the topic browser."),
}

FIXED: Mapping[str, str] = {
    "home": "a folder in the image",
    "sources": "where SOURCES_FOLDER is mounted",
    "store": "the PostgreSQL beside it",
    "store_password_file": "the secret store_password",
    "webhooks": "webhooks.toml in WEBHOOKS_FOLDER",
    "kafka": "the Kafka beside it",
    "kafka_user": "nobody; docker-compose.secure.yml gives each service a name",
    "kafka_password_file": "none; docker-compose.secure.yml gives each service its own",
    "kafka_ca_file": "none; docker-compose.secure.yml gives it to all",
    "replication": "there is one broker",
    "instance": "a name for each container",
    "allow_private_hosts": "never; for the demo and tests",
    "health_host": "every address of the container, none of them published",
    "health_port": "9100",
    "web_host": "every address of the container; WEB_PORT of it is published on 127.0.0.1",
    "web_port": "8000",
    "web_shows": "WEB_SHOWS",
    "web_token_file": "the secret web_token",
}
"""Settings that docker-compose.yml decides itself, and what it decides."""
