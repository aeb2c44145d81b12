#!/usr/bin/env bash
# What the container of Kafka runs in the secure deployment. On a new volume the super user comes first: with nobody
# else known, only admin can make the others (`sirwan access apply`). All else is the image's own start.
set -euo pipefail
umask 077
admin=$(</run/secrets/kafka_admin_password)

# For Kafka's own tools in here: --command-config /tmp/admin.properties
cat >/tmp/admin.properties <<END
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="$admin";
ssl.truststore.type=PEM
ssl.truststore.location=/run/secrets/kafka_ca
END

if [ ! -e "${KAFKA_LOG_DIRS:?}/meta.properties" ]; then
  cat >/tmp/format.properties <<END
process.roles=broker,controller
node.id=${KAFKA_NODE_ID:?}
controller.quorum.voters=${KAFKA_CONTROLLER_QUORUM_VOTERS:?}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$KAFKA_LOG_DIRS
END
  /opt/kafka/bin/kafka-storage.sh format --cluster-id "${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}" \
    --config /tmp/format.properties --add-scram "SCRAM-SHA-512=[name=admin,password=$admin]"
fi
unset admin
exec /etc/kafka/docker/run
