#!/bin/bash
# Builds and pushes the services' images, and prints a kustomize component that names them by digest, so that a rebuilt image rolls out:
#   push.sh REGISTRY >images/kustomization.yaml
# Log in to the registry first (docker login, podman login). Needs the .NET SDK. SOURCE=FOLDER is the folder of the projects.
set -euo pipefail

images=(@IMAGES@) # NAME:PROJECT
[ $# -eq 1 ] || { echo "error: push.sh REGISTRY" >&2; exit 1; }
source_root=${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
lines=()
for entry in "${images[@]}"; do
  name=${entry%%:*}
  if ! digest=$(dotnet publish "$source_root/${entry#*:}" -c Release -t:PublishContainer -p:ContainerRegistry="$1" \
    -getProperty:GeneratedContainerDigest) || [[ ! $digest =~ ^sha256:[0-9a-f]{64}$ ]]; then
    echo "error: $name was not pushed: $digest" >&2
    exit 1
  fi
  lines+=("  - {name: $name, newName: $1/$name, digest: '$digest'}")
done
printf '%s\n' 'apiVersion: kustomize.config.k8s.io/v1alpha1' 'kind: Component' 'images:' "${lines[@]}"
