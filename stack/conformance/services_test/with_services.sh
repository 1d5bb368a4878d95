#!/bin/sh
# Runs a command (the conformance task unless told otherwise) with a real Keycloak and a real PostgreSQL of its
# own on loopback, whose addresses are in ARGUS_KEYCLOAK_URL and ARGUS_POSTGRES_URL. Programs are fetched once,
# from Maven Central, into .cache/services; data lies in a temporary folder that is removed at the end.
# Needs: Java 17 or later, Maven, unzip, curl, tar with xz. On Debian:
#   apt-get install openjdk-17-jre-headless maven unzip curl xz-utils
set -eu

KEYCLOAK=26.0.8
POSTGRES=16.4.0
keycloak_port=${ARGUS_KEYCLOAK_PORT:-18080}
health_port=${ARGUS_KEYCLOAK_HEALTH_PORT:-19000}
postgres_port=${ARGUS_POSTGRES_PORT:-15432}

root=$(cd "$(dirname "$0")/../../.." && pwd)
cache=$root/.cache/services
for tool in java curl; do
  command -v "$tool" >/dev/null 2>&1 || { echo "'$tool' is not installed" >&2; exit 3; }
done
[ $# -gt 0 ] || set -- deno task conformance

sh "$root/stack/conformance/services_test/fetch.sh"
keycloak=$cache/keycloak-$KEYCLOAK
postgres=$cache/postgres-$POSTGRES

home=$(mktemp -d /tmp/argus-services-XXXXXX)
chmod 755 "$home"
server=
cleanup() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  if [ -f "$home/postgres/data/postmaster.pid" ]; then
    kill -INT "$(head -n 1 "$home/postgres/data/postmaster.pid")" 2>/dev/null || true
    tries=0
    while [ -f "$home/postgres/data/postmaster.pid" ] && [ "$tries" -lt 50 ]; do
      tries=$((tries + 1))
      sleep 0.2
    done
  fi
  rm -rf "$home"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

password=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')

# PostgreSQL does not run as root.
mkdir "$home/postgres"
printf '%s\n' "$password" >"$home/postgres/password"
as=
if [ "$(id -u)" = 0 ]; then
  as="runuser -u nobody --"
  chown -R nobody "$home/postgres"
fi
$as env LD_LIBRARY_PATH="$postgres/lib" "$postgres/bin/initdb" -D "$home/postgres/data" -U argus \
  --auth=scram-sha-256 --pwfile="$home/postgres/password" -E UTF8 --locale=C --no-instructions \
  >"$home/postgres.log" 2>&1 || { cat "$home/postgres.log" >&2; exit 3; }
$as env LD_LIBRARY_PATH="$postgres/lib" "$postgres/bin/pg_ctl" -D "$home/postgres/data" -w \
  -l "$home/postgres/log" -o "-c listen_addresses=127.0.0.1 -c port=$postgres_port \
  -c unix_socket_directories= -c timezone=UTC" start >>"$home/postgres.log" 2>&1 ||
  { cat "$home/postgres/log" >&2; exit 3; }

# A copy, since it keeps its database and what it compiled in its own folder.
cp -r "$keycloak" "$home/keycloak"
TZ=UTC KC_BOOTSTRAP_ADMIN_USERNAME=argus KC_BOOTSTRAP_ADMIN_PASSWORD=$password \
  JAVA_OPTS_KC_HEAP="-Xms128m -Xmx768m" \
  "$home/keycloak/bin/kc.sh" start-dev --http-host 127.0.0.1 --http-port "$keycloak_port" \
  --http-management-port "$health_port" --health-enabled=true >"$home/keycloak.log" 2>&1 &
server=$!
tries=0
until curl -fsS "http://127.0.0.1:$health_port/health/ready" >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -gt 240 ] || ! kill -0 "$server" 2>/dev/null; then
    echo "Keycloak did not start:" >&2
    tail -n 20 "$home/keycloak.log" >&2
    exit 3
  fi
  sleep 1
done
echo "Keycloak $KEYCLOAK and PostgreSQL $POSTGRES are ready" >&2

ARGUS_KEYCLOAK_URL=http://127.0.0.1:$keycloak_port ARGUS_KEYCLOAK_PASSWORD=$password \
  ARGUS_POSTGRES_URL=postgres://argus:$password@127.0.0.1:$postgres_port/postgres "$@"
