#!/usr/bin/env bash
# Makes the image sextant/node:26, a stand-in for node:26-slim where no image can be pulled: this workspace's Node, the libraries
# it is linked with, and the static busybox of this machine.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly IMAGE=sextant/node:26

main() {
  local node version
  node=$(readlink -f node_modules/.bin/node) || give_up "Node is missing here: npx --yes pnpm@12.21.0 install --frozen-lockfile"
  version=$("$node" --version)
  if [[ $(docker image inspect --format '{{index .Config.Labels "node"}}' "$IMAGE" 2>/dev/null) == "$version" ]]; then
    echo "$IMAGE is there."
    return
  fi
  # What is linked dynamically would not run in an image that holds nothing else.
  if ! busybox true 2>/dev/null || ldd "$(command -v busybox)" >/dev/null 2>&1; then
    give_up "A static busybox is missing: sudo apt-get install busybox-static"
  fi
  files=$(mktemp -d)
  trap 'rm -rf "$files"' EXIT
  lay_out "$files" "$node"
  tar -C "$files" --owner=0 --group=0 -c . |
    docker import --change 'ENV PATH=/usr/local/bin:/bin' --change 'CMD ["node"]' --change "LABEL node=$version" - "$IMAGE" >/dev/null
  echo "$IMAGE is made."
}

lay_out() {
  local files=$1 node=$2 name library
  mkdir -p "$files"/{bin,etc,home/node,proc,sys,tmp,usr/local/bin,var/lib}
  chmod 1777 "$files/tmp"
  cp "$(command -v busybox)" "$files/bin/busybox"
  for name in $(busybox --list); do
    [[ $name == busybox ]] || ln -s busybox "$files/bin/$name"
  done
  cp "$node" "$files/usr/local/bin/node"
  while read -r library; do
    mkdir -p "$files$(dirname "$library")"
    cp -L "$library" "$files$library"
  done < <(libraries "$node")
  printf 'root:x:0:0:root:/:/bin/sh\nnode:x:1000:1000:node:/home/node:/bin/sh\n' >"$files/etc/passwd"
  printf 'root:x:0:\nnode:x:1000:\n' >"$files/etc/group"
}

# What it is linked with, and the rest of the C library beside that, for what is loaded later.
libraries() {
  local linked folder
  linked=$(ldd "$1" | grep -o '/[^ ]*')
  folder=$(dirname "$(grep '/libc\.so' <<<"$linked")")
  printf '%s\n' "$linked" "$folder"/lib{rt,resolv,nss_dns,nss_files}.so.*
}

give_up() {
  echo "$1" >&2
  exit 1
}

main
