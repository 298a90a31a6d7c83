#!/bin/sh
# Prints a policy of many first-match rules over countries, kinds and plans of devices, the same for
# the same arguments; to see what `sojourn check` costs from the file to the last counterexample:
#
#   tests/bench/many_rules.sh 1000 > rules.sojourn && time sojourn check rules.sojourn
#
# RULES, then how many PROFILES (16), how many BANS of days in a country (0), and whether each rule
# COUNTS days of roaming (0 or 1).
awk -v rules="${1:-1000}" -v profiles="${2:-16}" -v bans="${3:-0}" -v counts="${4:-0}" '
function below(n) {  # Lehmer
  seed = (seed * 48271) % 2147483647
  return int(seed / 2147483647 * n)
}
BEGIN {
  seed = 7
  countries = split("BR TR IN CN US DE FR GB ES IT NL AR MX CA ZA NG EG AE SA QA JP KR AU NZ SE NO FI PL", country, " ")
  kinds = split("meter tracker camera car pos gate pump lock", kind, " ")
  print "policy many-rules first-match"
  print "attribute type : meter | tracker | camera | car | pos | gate | pump | lock"
  printf "attribute plan : plan0"
  for (i = 1; i < 16; ++i) printf " | plan%d", i
  print "\nattribute battery : number in % valid 1 day"
  for (p = 0; p < profiles; ++p) {
    printf "profile p%d home %s iccid 89%02d1%02d* download \"smdp.example\"\n", p, country[p % countries + 1], 10 + p, p
  }
  for (b = 0; b < bans; ++b) {
    printf "ban days-in-%d\n  notice 10 days\n  remedy profile = p%d\n", b, b
    printf "  never roaming in %s on at least %d days within 365 days\n", country[b + 1], 60 + 10 * b
  }
  for (r = 0; r < rules; ++r) {
    printf "rule r%d when region in %s and type = %s and plan = plan%d", r, country[below(countries) + 1], kind[below(kinds) + 1], below(16)
    if (counts) printf " and roaming in %s for %d days", country[below(countries) + 1], 10 + below(110)
    if (below(10) == 0) printf " and battery < %d%%", 10 + 10 * below(3)
    printf " then profile = p%d\n", below(profiles)
  }
  print "otherwise keep"
}'
