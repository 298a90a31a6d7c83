#!/bin/sh
# Prints a policy of bans, each of days in a country of its own and with a local profile for a remedy;
# to see what combinations of them cost:
#
#   tests/bench/many_bans.sh 30 > bans.sojourn && sojourn check bans.sojourn
#
# With a second argument all bans have one remedy, and there is no other profile.
count=${1:-30}
awk -v count="$count" -v together="$2" 'BEGIN {
  countries = split("AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW " \
                    "BY BZ CA CL CM CN CO CR CU CV CY CZ DE DJ DK", country, " ")
  if (count > countries) count = countries
  print "policy many-bans"
  print "profile global home CH iccid 8941*"
  for (b = 1; b <= count; ++b) {
    if (!together) printf "profile p%s home %s iccid 89%04d*\n", country[b], country[b], b
  }
  for (b = 1; b <= count; ++b) {
    remedy = together ? "global" : "p" country[b]
    printf "ban b%s never roaming in %s on at least 90 days within 120 days remedy profile = %s\n",
           country[b], country[b], remedy
  }
  print "otherwise profile = global"
}'
