#!/bin/sh
# Prints a policy of bans, each about a country of its own and with a local profile for a remedy;
# to see what combinations of them cost:
#
#   tests/bench/many_bans.sh 30 > bans.sojourn && sojourn check bans.sojourn
#   tests/bench/many_bans.sh 12 "" "roaming in XX for 90 days"
#   tests/bench/many_bans.sh 24 "" "" rules
#
# Second argument, if any: all bans have one remedy, and there is no other profile. Third: what is
# banned, of the country XX. Fourth, if any: a notice of 7 days, and a rule for each country.
count=${1:-30}
awk -v count="$count" -v together="$2" -v banned="$3" -v rules="$4" 'BEGIN {
  countries = split("AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW " \
                    "BY BZ CA CL CM CN CO CR CU CV CY CZ DE DJ DK", country, " ")
  if (count > countries) count = countries
  if (!banned) banned = "roaming in XX on at least 90 days within 120 days"
  print "policy many-bans"
  print "profile global home CH iccid 8941*"
  for (b = 1; b <= count; ++b) {
    if (together) continue
    printf "profile p%s home %s iccid 89%04d*%s\n", country[b], country[b], b,
           rules ? " download \"smdp.example\"" : ""
  }
  for (b = 1; b <= count; ++b) {
    own = banned
    gsub("XX", country[b], own)
    remedy = together ? "global" : "p" country[b]
    printf "ban b%s never %s%s remedy profile = %s\n", country[b], own, rules ? " notice 7 days" : "",
           remedy
  }
  for (b = 1; rules && b <= count; ++b) {
    printf "rule r%s when region in %s then profile = %s\n", country[b], country[b],
           together ? "global" : "p" country[b]
  }
  print "otherwise profile = global"
}'
