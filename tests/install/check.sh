#!/usr/bin/env bash
# usage: check.sh BUILD_FOLDER SOURCE_FOLDER
# Installs from the build folder into a scratch folder, builds the consumer with find_package and again
# with pkg-config, runs both, and makes sure that neither the parser nor the prover came along.
set -euo pipefail
build=$1
source=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cmake --install "$build" --prefix "$scratch/usr" >"$scratch/install.log"
"$scratch/usr/bin/sojourn" build "$source/rules-examples/first-sentence/policy.sojourn" -o "$scratch/policy.graph"

cmake -S "$source/tests/install" -B "$scratch/consumer" -DCMAKE_PREFIX_PATH="$scratch/usr" >"$scratch/configure.log"
cmake --build "$scratch/consumer" >"$scratch/build.log" || { cat "$scratch/build.log"; exit 1; }

export PKG_CONFIG_PATH="$scratch/usr/lib/pkgconfig:$(ls -d "$scratch"/usr/lib/*/pkgconfig 2>/dev/null | head -n 1)"
c++ -std=c++20 "$source/tests/install/main.cc" -o "$scratch/by_pkgconfig" \
  $(pkg-config --define-variable=prefix="$scratch/usr" --static --cflags --libs sojourn)

for program in "$scratch/consumer/consumer" "$scratch/by_pkgconfig"; do
  out=$(SOJOURN_GEODATA="$scratch/usr/share/sojourn/geodata" "$program" "$scratch/policy.graph")
  [[ "$out" == "profile vivo-local by "* ]] || { echo "unexpected: $out"; exit 1; }
  if nm -C "$program" | grep -qE 'tao::pegtl|sojourn::lang::|sojourn::proof::'; then
    echo "the parser or the prover was linked into $program"
    exit 1
  fi
done

# The eIM in a host's own program: what it hands to a device is a package under the eIM's key.
c++ -std=c++20 "$source/tests/install/switching.cc" -o "$scratch/switching_by_pkgconfig" \
  $(pkg-config --define-variable=prefix="$scratch/usr" --static --cflags --libs sojourn-eim)
openssl ecparam -name prime256v1 -genkey -noout -out "$scratch/eim.key"
openssl ec -in "$scratch/eim.key" -pubout -out "$scratch/eim.pub" 2>/dev/null
openssl ecparam -name prime256v1 -genkey -noout | openssl ec -pubout -outform DER -out "$scratch/card.der" 2>/dev/null
for program in "$scratch/consumer/switching" "$scratch/switching_by_pkgconfig"; do
  rm -f "$scratch"/eim.store*
  SOJOURN_GEODATA="$scratch/usr/share/sojourn/geodata" "$program" "$scratch/policy.graph" "$scratch/eim.key" \
    "$scratch/card.der" "$scratch/eim.store" "$scratch/package.der"
  "$scratch/usr/bin/sojourn" package decode "@$scratch/package.der" | grep -q listProfileInfo
  "$scratch/usr/bin/sojourn" package verify "@$scratch/package.der" --key "$scratch/eim.pub" | grep "^holds: eimSignature"
  if nm -C "$program" | grep -qE 'tao::pegtl|sojourn::lang::|sojourn::proof::|sojourn::simulator::'; then
    echo "more than the eIM was linked into $program"
    exit 1
  fi
done

"$source/tests/install/completion.sh" "$scratch/usr"
for command in "" -check -dryrun; do
  [ -s "$scratch/usr/share/man/man1/sojourn$command.1" ] || { echo "no man page of sojourn$command"; exit 1; }
done
echo "the installed library maps, observes, decides, plans and signs"
