#!/usr/bin/env bash
# Builds an image of each app, sextant/<app>, or of those that are named. NODE_IMAGE says on what base (node:26-slim), TAG with
# what tag (latest).
set -euo pipefail
cd "$(dirname "$0")/.."

readonly TAG=${TAG:-latest}
# The port that each listens on; the command line has none.
declare -rA PORTS=(
  [chat-relay]=5000 [cli]='' [contact-registry]=8080 [container-server]=8888
  [file-server]=65432 [peer-node]=4000 [process-server]=7070
)

main() {
  local app apps=("$@")
  [[ ${#apps[@]} -gt 0 ]] || mapfile -t apps < <(printf '%s\n' "${!PORTS[@]}" | sort)
  for app in "${apps[@]}"; do
    [[ -v PORTS[$app] ]] || give_up "There is no app $app; there are $(printf '%s\n' "${!PORTS[@]}" | sort | paste -sd' ')."
  done
  TURBO_TELEMETRY_DISABLED=1 npx turbo run build "${apps[@]/#/--filter=./apps/}" --output-logs=errors-only
  for app in "${apps[@]}"; do
    docker build --quiet -f docker/Dockerfile --build-arg "APP=$app" --build-arg "PORT=${PORTS[$app]}" \
      ${NODE_IMAGE:+--build-arg "NODE_IMAGE=$NODE_IMAGE"} -t "sextant/$app:$TAG" "apps/$app/dist" >/dev/null
    echo "sextant/$app:$TAG is built."
  done
}

give_up() {
  echo "$1" >&2
  exit 2
}

main "$@"
