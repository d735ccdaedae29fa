#!/usr/bin/env bash
# Makes the image sextant/test:latest from the static busybox of this machine, so that tests need no network.
set -euo pipefail

readonly IMAGE=sextant/test:latest

main() {
  if docker image inspect "$IMAGE" >/dev/null 2>&1; then
    echo "$IMAGE is there."
    return
  fi
  # What is linked dynamically would not run in an image that holds nothing else.
  if ! busybox true 2>/dev/null || ldd "$(command -v busybox)" >/dev/null 2>&1; then
    give_up "A static busybox is missing: sudo apt-get install busybox-static"
  fi
  files=$(mktemp -d)
  trap 'rm -rf "$files"' EXIT
  lay_out "$files"
  tar -C "$files" --owner=0 --group=0 -c . |
    docker import --change 'CMD ["sleep","1000000"]' --change 'ENV PATH=/bin' - "$IMAGE" >/dev/null
  echo "$IMAGE is made."
}

lay_out() {
  mkdir -p "$1/bin" "$1/etc" "$1/tmp"
  cp "$(command -v busybox)" "$1/bin/busybox"
  for name in $(busybox --list); do
    [[ $name == busybox ]] || ln -s busybox "$1/bin/$name"
  done
  echo 'root:x:0:0:root:/:/bin/sh' >"$1/etc/passwd"
}

give_up() {
  echo "$1" >&2
  exit 1
}

main
