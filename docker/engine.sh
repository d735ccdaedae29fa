#!/usr/bin/env bash
# Makes sure that a Docker engine answers, and that the tools which its tests use are there.
# As root on a Debian-like machine it installs and starts what is missing; elsewhere it says what to do.
set -euo pipefail

# Seconds that an engine may take until it answers: the first start on a slow disk takes ten.
readonly WAIT_SECONDS=60
readonly FOLDER="${TMPDIR:-/tmp}"
readonly LOG="$FOLDER/sextant-dockerd.log"
# What tests use besides the engine, as command:package.
readonly TOOLS=(busybox:busybox-static docker-compose:docker-compose docker-registry:docker-registry openssl:openssl)

main() {
  one_at_a_time
  if answers; then
    echo "A Docker engine answers at $(place): nothing to start."
    install_missing "${TOOLS[@]}" || echo "Some of busybox-static, docker-compose, docker-registry and openssl are missing: tests that need them do not run."
    return
  fi
  [[ -z "${DOCKER_HOST:-}" ]] || give_up "No Docker engine answers at DOCKER_HOST=$DOCKER_HOST: start it there, or unset DOCKER_HOST."
  [[ $EUID -eq 0 ]] || give_up "No Docker engine answers. Start one (sudo systemctl start docker), or run this as root: sudo $0"
  install_missing dockerd:docker.io docker:docker-cli iptables:iptables "${TOOLS[@]}" ||
    give_up "No Docker engine answers and apt-get cannot install one here: install Docker, then start it."
  answers || start || give_up "dockerd does not start here; $LOG says why."
  echo "A Docker engine answers at $(place); its log is $LOG."
}

# Two runs at once would start two engines on the same data.
one_at_a_time() {
  exec 9>"$FOLDER/sextant-dockerd.lock"
  flock 9
}

answers() {
  command -v docker >/dev/null && timeout 10 docker version >/dev/null 2>&1
}

place() {
  docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null || echo "${DOCKER_HOST:-unix:///var/run/docker.sock}"
}

# Installs the packages of those commands that are missing.
install_missing() {
  local pair packages=()
  for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null || packages+=("${pair#*:}")
  done
  [[ ${#packages[@]} -gt 0 ]] || return 0
  [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null || return 1
  apt-get update -qq || return 1
  # Debian 12 has the command in docker.io, later ones in docker-cli.
  apt-cache show docker-cli >/dev/null 2>&1 || packages=("${packages[@]/#docker-cli/docker.io}")
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${packages[@]}" >/dev/null || return 1
  # The package starts a registry at port 5000, which is chat-relay's; tests start their own.
  [[ ! -d /run/systemd/system ]] || systemctl disable --now docker-registry 2>/dev/null || true
}

# From what is usual to what works where little is allowed: the older iptables, none at all, plain copies as storage.
start() {
  attempt || with_legacy_iptables attempt || attempt --iptables=false || attempt --iptables=false --storage-driver=vfs
}

attempt() {
  echo "Starting dockerd $*"
  : >"$LOG"
  setsid nohup dockerd "$@" >>"$LOG" 2>&1 </dev/null 9>&- &
  local engine=$! deadline=$((SECONDS + WAIT_SECONDS))
  while kill -0 "$engine" 2>/dev/null && ((SECONDS < deadline)); do
    if answers; then return 0; fi
    sleep 0.2
  done
  kill "$engine" 2>/dev/null || true
  wait "$engine" 2>/dev/null || true
  echo "  no: $(grep -E 'level=(fatal|error)|^failed' "$LOG" | tail -1)" >&2
  return 1
}

with_legacy_iptables() {
  command -v iptables-legacy >/dev/null || return 1
  local names
  names=$(mktemp -d)
  ln -s "$(command -v iptables-legacy)" "$names/iptables"
  PATH="$names:$PATH" "$@"
}

give_up() {
  echo "$1" >&2
  exit 1
}

main
