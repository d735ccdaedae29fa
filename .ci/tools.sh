#!/usr/bin/env bash
# Makes sure that the programs are there which tests use besides Node and Docker.
# As root on a Debian-like machine it installs what is missing; elsewhere it says what to do.
set -euo pipefail

# As command:package.
readonly TOOLS=(
  chromium:chromium
  nc:netcat-openbsd
  curl:curl
  openssl:openssl
  python3:python3
  ip:iproute2
  iptables:iptables
  faketime:faketime
  prlimit:util-linux
  unshare:util-linux
  # What the benchmarks hold us against.
  etcd:etcd-server
  mosquitto:mosquitto
  nats-server:nats-server
  nginx:nginx-light
  redis-server:redis-server
  rsync:rsync
  ssh:openssh-client
  sshd:openssh-server
)

main() {
  local pair commands=() packages=()
  for pair in "${TOOLS[@]}"; do
    command -v "${pair%%:*}" >/dev/null && continue
    commands+=("${pair%%:*}")
    packages+=("${pair#*:}")
  done
  [[ ${#packages[@]} -gt 0 ]] || return 0
  [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null ||
    give_up "Missing: ${commands[*]}. Install them, or run this as root: sudo $0"
  apt-get update -qq || give_up "Missing: ${commands[*]}; apt-get cannot find packages here."
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null ||
    give_up "apt-get cannot install ${packages[*]} here."
}

give_up() {
  echo "$1" >&2
  exit 1
}

main
