#!/bin/sh
# Runs a command with a Docker Engine of its own, whose address is in ARGUS_TEST_ENGINE, and with the image of
# the engine tests loaded. Where no engine can be started, it says so and runs the command without one.
# Needs: root, dockerd, docker or curl, a statically linked busybox. On Debian:
#   apt-get install docker.io iptables busybox-static
set -u

home=/tmp/argus-engine
socket=$home/docker.sock

why=
[ "$(id -u)" = 0 ] || why="it needs root"
for tool in dockerd containerd runc busybox curl tar; do
  command -v "$tool" >/dev/null 2>&1 || why="'$tool' is not installed"
done
if [ -z "$why" ] && ! mkdir "$home" 2>/dev/null; then why="another run uses '$home'"; fi
if [ -n "$why" ]; then
  echo "No Docker Engine is started, so its tests are skipped: $why" >&2
  exec "$@"
fi
engine=
cleanup() {
  if [ -n "$engine" ]; then
    kill "$engine" 2>/dev/null
    wait "$engine" 2>/dev/null
  fi
  rm -rf "$home"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

dockerd --data-root "$home/data" --exec-root "$home/exec" --pidfile "$home/pid" \
  -H "unix://$socket" --storage-driver vfs >"$home/log" 2>&1 &
engine=$!
tries=0
while ! curl -fsS --unix-socket "$socket" http://engine/_ping >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -gt 60 ] || ! kill -0 "$engine" 2>/dev/null; then
    echo "No Docker Engine could be started, so its tests are skipped:" >&2
    tail -n 3 "$home/log" >&2
    "$@"
    exit
  fi
  sleep 0.5
done

mkdir -p "$home/image/bin" "$home/image/www"
cp "$(command -v busybox)" "$home/image/bin/busybox"
for applet in sh httpd wget sleep cat echo; do ln -s busybox "$home/image/bin/$applet"; done
echo ready >"$home/image/www/index.html"
tar -C "$home/image" -cf "$home/image.tar" .
curl -fsS --unix-socket "$socket" -X POST -H 'Content-Type: application/x-tar' \
  --data-binary "@$home/image.tar" \
  'http://engine/images/create?fromSrc=-&repo=argus-test/busybox&tag=1' >/dev/null

ARGUS_TEST_ENGINE=unix://$socket "$@"
