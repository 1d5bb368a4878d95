#!/bin/sh
# Runs a command with a Docker Engine of its own, as with_engine.sh does, that holds a real Keycloak and a real
# PostgreSQL as images: argus-test/keycloak:1 and argus-test/postgres:1. No image registry is needed: the
# programs are those that stack/conformance/services_test/fetch.sh fetches, the rest is copied from this
# machine. ARGUS_TEST_SERVICES is 1 where that worked.
# Needs: what with_engine.sh and fetch.sh need, bash, and pg_isready. On Debian:
#   apt-get install docker.io iptables busybox-static openjdk-17-jre-headless maven unzip xz-utils \
#     postgresql-client
set -u

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)

# The inner half, which runs when the engine is there.
if [ "${1:-}" = --inside ]; then
  shift
  [ -n "${ARGUS_TEST_ENGINE:-}" ] || exec "$@"
  if sh "$here/service_images.sh" "$root/.cache/services" "${ARGUS_TEST_ENGINE#unix://}"; then
    export ARGUS_TEST_SERVICES=1
  else
    echo "Keycloak and PostgreSQL are not in the engine, so their tests are skipped" >&2
  fi
  exec "$@"
fi

sh "$root/stack/conformance/services_test/fetch.sh" || exit 3
exec sh "$here/with_engine.sh" sh "$here/with_services.sh" --inside "$@"
