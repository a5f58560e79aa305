#!/usr/bin/env bash
# Builds what is installed on other machines, into a folder (artifacts/packages, or --out FOLDER):
#   deploy/package.sh linux-x64 linux-arm64   one self-contained file each, with what belongs beside it, as .tar.gz: no .NET is needed there
#   deploy/package.sh tool                    a .NET tool, for `dotnet tool install`
#   deploy/package.sh container               an image as a file for `docker load`, rootless; its base image is fetched from mcr.microsoft.com
# Without names: all of them. Nothing is installed, and no container engine is needed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
cd "$root" || exit 1

out=$root/artifacts/packages
names=()
while [ $# -gt 0 ]; do
  case "$1" in
    --out) [ $# -ge 2 ] || die "--out needs a folder"; out=$2; shift 2 ;;
    linux-x64 | linux-arm64 | tool | container) names+=("$1"); shift ;;
    *) die "usage: deploy/package.sh [--out FOLDER] [linux-x64] [linux-arm64] [tool] [container]" ;;
  esac
done
[ ${#names[@]} -gt 0 ] || names=(linux-x64 linux-arm64 tool container)

project=src/SnetGateway.Gateway
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
work=$(mktemp -d)
trap 'stop_group; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir -p "$out"
out=$(cd "$out" && pwd)

need_dotnet

# Separate intermediate files: those of the usual build are for another platform.
common=(-c Release -nologo -v quiet --artifacts-path "$work/artifacts" -p:DebugType=none -p:RunAnalyzers=false)

# single PLATFORM: the gateway with the runtime in one file. protoc stays beside it, because it is a separate program.
single() {
  local name=snet-gateway-$version-$1 folder=$work/snet-gateway-$version-$1
  say "publishing one file for $1"
  quietly dotnet publish "$project" "${common[@]}" -r "$1" --self-contained -o "$folder" \
    -p:PublishSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true || die "publishing for $1 failed"
  rm -f "$folder"/*.xml "$folder"/*.pdb "$folder"/web.config "$folder"/*.staticwebassets.endpoints.json
  cp deploy/systemd/snet-gateway.service LICENSE "$folder"
  tar -czf "$out/$name.tar.gz" --owner=0 --group=0 -C "$work" "$name"
  say "$out/$name.tar.gz"
}

for name in "${names[@]}"; do
  case "$name" in
    tool)
      say "packing the tool"
      quietly dotnet pack "$project" "${common[@]}" -o "$out" -p:IsPackable=true -p:PackAsTool=true || die "packing the tool failed"
      say "$out/SnetGateway.$version.nupkg"
      ;;
    container)
      say "building the image"
      quietly dotnet publish "$project" "${common[@]}" -r linux-x64 --no-self-contained -t:PublishContainer \
        "-p:ContainerArchiveOutputPath=$out/snet-gateway-$version-container.tar.gz" ||
        die "the image could not be built; its base image is fetched from mcr.microsoft.com"
      say "$out/snet-gateway-$version-container.tar.gz"
      ;;
    *) single "$name" ;;
  esac
done
