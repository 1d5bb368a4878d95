#!/bin/sh
# Runs a command (the conformance task unless told otherwise) with a real OpenSearch of its own on loopback,
# whose address is in ARGUS_OPENSEARCH_URL. The program is fetched once, from Maven Central, into
# .cache/services: the smallest distribution, without plugins. Data lies in a temporary folder that is removed
# at the end. Needs: Java 17 or later, Maven, unzip, curl.
set -eu

OPENSEARCH=2.17.1
port=${ARGUS_OPENSEARCH_PORT:-19200}

root=$(cd "$(dirname "$0")/../../.." && pwd)
cache=$root/.cache/services
for tool in java mvn unzip curl; do
  command -v "$tool" >/dev/null 2>&1 || { echo "'$tool' is not installed" >&2; exit 3; }
done
[ $# -gt 0 ] || set -- deno task conformance

archive=$cache/opensearch-$OPENSEARCH.zip
if [ ! -f "$archive" ]; then
  echo "fetching OpenSearch $OPENSEARCH" >&2
  mkdir -p "$cache"
  artifact=org.opensearch.distribution.integ-test-zip:opensearch:$OPENSEARCH:zip
  (cd /tmp && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy -Dartifact="$artifact" \
    -DoutputDirectory="$cache" >&2)
fi

home=$(mktemp -d /tmp/argus-services-XXXXXX)
chmod 755 "$home"
server=
cleanup() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$home"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

unzip -q "$archive" -d "$home"
folder=$home/opensearch-$OPENSEARCH
cat >>"$folder/config/opensearch.yml" <<SETTINGS
network.host: 127.0.0.1
http.port: $port
transport.port: $((port + 100))
discovery.type: single-node
cluster.routing.allocation.disk.threshold_enabled: false
SETTINGS
# It does not run as root. setpriv becomes the server, so that its number can be told to stop.
as=
if [ "$(id -u)" = 0 ]; then
  as="setpriv --reuid=65534 --regid=65534 --clear-groups"
  chown -R 65534:65534 "$folder"
fi
java_home=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
$as env HOME="$folder" OPENSEARCH_JAVA_HOME="$java_home" OPENSEARCH_JAVA_OPTS="-Xms512m -Xmx512m" \
  OPENSEARCH_TMPDIR="$folder/logs" "$folder/bin/opensearch" >"$home/log" 2>&1 &
server=$!
tries=0
until curl -fsS "http://127.0.0.1:$port/_cluster/health" >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -gt 120 ] || ! kill -0 "$server" 2>/dev/null; then
    echo "OpenSearch did not start:" >&2
    tail -n 20 "$home/log" >&2
    exit 3
  fi
  sleep 1
done
echo "OpenSearch $OPENSEARCH is ready" >&2

ARGUS_OPENSEARCH_URL=http://127.0.0.1:$port "$@"
