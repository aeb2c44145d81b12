#!/usr/bin/env bash
# Certificates of the secure deployment: certificates.sh FOLDER [NAME…]
#
# kafka_ca.key      signs; no container is given it, keep it away from this machine if you can
# kafka_ca.crt      for everybody: SIRWAN_KAFKA_CA_FILE
# kafka_broker.pem  the broker's own key and certificate; it proves the broker to clients, and to itself
#
# Where the first two are there they are kept, and the broker's is renewed. NAMEs are those under which clients reach
# it beside kafka, localhost and 127.0.0.1: DNS:news.example IP:192.0.2.7
set -euo pipefail
umask 077
folder=${1:?usage: certificates.sh FOLDER [NAME…]}
shift
names=$(IFS=,; echo "DNS:kafka,DNS:localhost,IP:127.0.0.1${*:+,$*}")
work=$(mktemp -d "$folder/.new.XXXXXX")
trap 'rm -rf "$work"' EXIT

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>"$work/said" || fail; }
fail() { cat "$work/said" >&2; exit 1; }

if [ ! -e "$folder/kafka_ca.key" ] || [ ! -e "$folder/kafka_ca.crt" ]; then
  new_key "$work/ca.key"
  printf '%s\n' '[req]' 'distinguished_name = name' '[name]' '[ca]' 'basicConstraints = critical,CA:true,pathlen:0' \
    'keyUsage = critical,keyCertSign,cRLSign' 'subjectKeyIdentifier = hash' >"$work/ca.conf"
  openssl req -x509 -new -key "$work/ca.key" -sha256 -days 3650 -subj /CN=sirwan-ca -config "$work/ca.conf" \
    -extensions ca -out "$work/ca.crt" 2>"$work/said" || fail
  chmod 400 "$work/ca.key" && chmod 444 "$work/ca.crt"
  mv -f "$work/ca.key" "$folder/kafka_ca.key" && mv -f "$work/ca.crt" "$folder/kafka_ca.crt"
fi

new_key "$work/broker.key"
printf '%s\n' '[req]' 'distinguished_name = name' '[name]' >"$work/broker.conf"
openssl req -new -key "$work/broker.key" -subj /CN=sirwan-broker -config "$work/broker.conf" \
  -out "$work/broker.csr" 2>"$work/said" || fail
printf '%s\n' 'basicConstraints = critical,CA:false' 'keyUsage = critical,digitalSignature' \
  'extendedKeyUsage = serverAuth,clientAuth' 'subjectKeyIdentifier = hash' 'authorityKeyIdentifier = keyid' \
  "subjectAltName = $names" >"$work/broker.ext"
openssl x509 -req -in "$work/broker.csr" -CA "$folder/kafka_ca.crt" -CAkey "$folder/kafka_ca.key" \
  -set_serial "0x$(openssl rand -hex 16)" -sha256 -days 397 -extfile "$work/broker.ext" \
  -out "$work/broker.crt" 2>"$work/said" || fail
cat "$work/broker.key" "$work/broker.crt" >"$work/broker.pem"
chmod 444 "$work/broker.pem" # for the broker's user inside its container; the folder keeps others out
mv -f "$work/broker.pem" "$folder/kafka_broker.pem"
