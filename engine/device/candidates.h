// Judging a profile that is not (or need not be) the one enabled now (semantics 9a).
//
// With candidate p the profile is p from this instant; the past, place, clock and telemetry stay.
// Another profile may camp elsewhere: so p is supposed on the present network, on every network of
// the present country that the history holds, on one of it not yet seen, and, for consecutive days,
// on every network whose run may be unbroken. The worst of them counts.
#pragma once

#include <vector>

#include "engine/device/counters/counter.h"

namespace sojourn {

// What has to be supposed, one by one, to answer the feature for its candidate. Empty: nothing, the
// candidate is what is enabled and where it is.
std::vector<Supposition> suppositions(const CountQuestion& question, bool asks_network);

// The worse of two answers at every instant for which both hold.
Curve worse(const Curve& a, const Curve& b);

// A network of the country that is not among `seen` (pack(Plmn) each); absent when the country has
// no code of its own.
std::optional<std::int64_t> unseen_network(Country country, const std::vector<std::int64_t>& seen);

}  // namespace sojourn
