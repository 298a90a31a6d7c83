#!/bin/sh
# Prints a policy whose rules are about a value of one attribute each, each value about one of eight
# profiles; to see what many values cost from the file to the graph:
#
#   tests/bench/many_values.sh 20000 > many.sojourn && sojourn build many.sojourn --output many.graph
count=${1:-20000}
awk -v count="$count" 'BEGIN {
  print "policy many-values first-match"
  print "attribute group : text"
  for (p = 0; p < 8; ++p) {
    printf "profile p%d home BR iccid 8955%02d* download \"smdp.example\"\n", p, p
  }
  # Every number below the count once, in an order that looks like none.
  step = 7919
  while (gcd(step, count) != 1) ++step
  for (i = 0; i < count; ++i) {
    own = (i * step) % count
    printf "rule g%d when group = \"g%d\" then profile = p%d\n", own, own, own % 8
  }
  print "otherwise keep"
}
function gcd(a, b,    rest) {
  while (b > 0) { rest = a % b; a = b; b = rest }
  return a
}'
