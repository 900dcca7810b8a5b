#!/bin/sh
# Makes what Elasticsearch's TLS needs, once: certificates.sh FOLDER. The authority signs one certificate and its key is then thrown away;
# to renew, remove the three files and run this again. Needs openssl.
set -eu
folder=$1
[ -s "$folder/elasticsearch.crt" ] && exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
openssl req -x509 -newkey rsa:3072 -nodes -sha256 -days 3650 -subj "/CN=Sada's own authority" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign" \
    -keyout "$work/ca.key" -out "$work/ca.crt" 2>/dev/null
openssl req -newkey rsa:3072 -nodes -sha256 -subj "/CN=elasticsearch" -keyout "$work/node.key" -out "$work/node.csr" 2>/dev/null
printf 'subjectAltName=DNS:elasticsearch,DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' > "$work/names"
openssl x509 -req -sha256 -days 3650 -in "$work/node.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial -extfile "$work/names" -out "$work/node.crt" 2>/dev/null
mv "$work/ca.crt" "$folder/elasticsearch_ca"
mv "$work/node.key" "$folder/elasticsearch.key"
mv "$work/node.crt" "$folder/elasticsearch.crt"
