#!/usr/bin/env bash
# usage: package.sh BUILD_FOLDER
# Makes the Debian package, unpacks it into a scratch folder, and lets what is in it work.
set -euo pipefail
build=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cpack --config "$build/CPackConfig.cmake" -B "$scratch/made" >"$scratch/log" || { cat "$scratch/log"; exit 1; }
package=$(ls "$scratch"/made/sojourn_*.deb)
dpkg-deb --field "$package" Package Version Depends Architecture
dpkg-deb --field "$package" Depends | grep -q libc6 || { echo "no dependency on what it links"; exit 1; }
dpkg-deb --extract "$package" "$scratch/unpacked"
dpkg-deb --control "$package" "$scratch/control"
sh -n "$scratch/control/postinst" && sh -n "$scratch/control/prerm"
for file in usr/bin/sojourn usr/share/man/man1/sojourn.1 usr/share/man/man1/sojourn-serve.1 \
  usr/share/bash-completion/completions/sojourn usr/share/sojourn/geodata/countries.sjgeo; do
  [ -s "$scratch/unpacked/$file" ] || { echo "no $file in the package"; exit 1; }
done
unit=$(find "$scratch/unpacked" -name sojourn.service)
[ -n "$unit" ] || { echo "no unit in the package"; exit 1; }
grep -q "^RestartPreventExitStatus=2$" "$unit" || { echo "a configuration error would be tried for ever"; exit 1; }
if find "$scratch/unpacked" -name '*.a' | grep -q .; then echo "a library came along"; exit 1; fi
program=$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$unit")
[ -x "$scratch/unpacked$program" ] || { echo "the unit starts $program, which is not there"; exit 1; }
export SOJOURN_GEODATA="$scratch/unpacked/usr/share/sojourn/geodata"
"$scratch/unpacked/usr/bin/sojourn" geo -23.55 -46.63 | grep -q BR
"$scratch/unpacked/usr/bin/sojourn" serve --init "$scratch/demo" --devices 1 >/dev/null
"$scratch/unpacked/usr/bin/sojourn" serve --print-config "$scratch/demo/serve.json" >/dev/null
echo "the package holds what it should, and it works"
