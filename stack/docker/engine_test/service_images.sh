#!/bin/sh
# Puts Keycloak and PostgreSQL into images of a Docker Engine: the distributions that fetch.sh fetched, with the
# Java, the shell and the libraries of this machine around them.
#   service_images.sh FOLDER SOCKET
set -eu

services=$1
socket=$2
home=$(mktemp -d /tmp/argus-images-XXXXXX)
trap 'rm -rf "$home"' EXIT

# Follows the pattern that fetch.sh names its folders by.
keycloak=$(ls -d "$services"/keycloak-*)
postgres=$(ls -d "$services"/postgres-*)
java=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
isready=$(ls /usr/lib/postgresql/*/bin/pg_isready 2>/dev/null | tail -n 1)
[ -n "$isready" ] || { echo "'pg_isready' is not installed" >&2; exit 3; }

# with_libraries ROOT PROGRAM...: what each loads, at the path where it looks for it.
with_libraries() {
  target=$1
  shift
  for program in "$@"; do
    ldd "$program" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
      case $library in "$services"/*) continue ;; esac
      mkdir -p "$target$(dirname "$library")"
      [ -e "$target$library" ] || cp -L "$library" "$target$library"
    done
  done
}

# base ROOT: busybox and bash, the users, and a folder for temporary files.
base() {
  mkdir -p "$1/bin" "$1/usr/bin" "$1/etc" "$1/tmp" "$1/usr/lib/locale"
  chmod 1777 "$1/tmp"
  cp "$(command -v busybox)" "$1/bin/busybox"
  for applet in $("$1/bin/busybox" --list); do ln -s busybox "$1/bin/$applet" 2>/dev/null || true; done
  cp "$(command -v bash)" "$1/bin/bash.real" && mv "$1/bin/bash.real" "$1/bin/bash"
  ln -s /bin/env "$1/usr/bin/env"
  printf 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >"$1/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$1/etc/group"
  [ ! -d /usr/lib/locale/C.utf8 ] || cp -r /usr/lib/locale/C.utf8 "$1/usr/lib/locale/C.utf8"
  with_libraries "$1" /bin/bash
}

# load ROOT NAME CHANGE...: makes an image of a folder.
load() {
  folder=$1
  name=$2
  shift 2
  set -- "$@" ''
  query=
  for change in "$@"; do
    [ -z "$change" ] || query="$query&changes=$(printf %s "$change" | od -An -v -tx1 | tr -d '\n' | tr ' ' %)"
  done
  tar -C "$folder" -cf - . | curl -fsS --unix-socket "$socket" -X POST \
    -H 'Content-Type: application/x-tar' --data-binary @- \
    "http://engine/images/create?fromSrc=-&repo=argus-test/$name&tag=1$query" >/dev/null
}

target=$home/keycloak
base "$target"
mkdir -p "$target/opt"
# Debian's Java has a link to its sources, which are not there.
cp -rL "$java" "$target/opt/java" 2>/dev/null || [ -x "$target/opt/java/bin/java" ]
cp -r "$keycloak" "$target/opt/keycloak"
mkdir -p "$target/opt/keycloak/data"
with_libraries "$target" "$java/bin/java" "$java"/lib/*.so "$java"/lib/server/*.so
load "$target" keycloak 'ENTRYPOINT ["/opt/keycloak/bin/kc.sh"]' 'ENV JAVA_HOME=/opt/java' \
  'ENV PATH=/opt/java/bin:/bin:/usr/bin' 'ENV TZ=UTC'
rm -rf "$target"

target=$home/postgres
base "$target"
mkdir -p "$target/opt" "$target/var/lib/postgresql/data"
cp -r "$postgres" "$target/opt/postgres"
cp "$isready" "$target/bin/pg_isready"
with_libraries "$target" "$isready" "$postgres/bin/postgres" "$postgres/bin/initdb"
cat >"$target/entrypoint.sh" <<'END'
#!/bin/sh
# The part of the official image's entry point that the stack uses.
set -eu
data=/var/lib/postgresql/data/pgdata
if [ ! -s "$data/PG_VERSION" ]; then
  printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
  initdb -D "$data" -U "$POSTGRES_USER" --auth=scram-sha-256 --pwfile=/tmp/password -E UTF8 --locale=C
  rm /tmp/password
  echo "create database \"$POSTGRES_DB\"" | postgres --single -D "$data" postgres
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
fi
exec postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories= -c timezone=UTC
END
chmod 755 "$target/entrypoint.sh"
chown -R 65534:65534 "$target/var/lib/postgresql"
load "$target" postgres 'ENTRYPOINT ["/entrypoint.sh"]' 'USER 65534' \
  'ENV PATH=/opt/postgres/bin:/bin:/usr/bin' 'ENV LD_LIBRARY_PATH=/opt/postgres/lib'
