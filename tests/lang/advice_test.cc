// What an author is told to write is itself accepted.
#include <array>
#include <set>
#include <vector>

#include "tests/lang/load.h"
#include "tests/support/catch.h"

namespace sojourn::lang {
namespace {

struct Demand {
  const char* name;
  std::string_view help;
};

constexpr auto kDemands = std::to_array<Demand>({
#define SOJOURN_EXPECT(id, code, what, where, help) {#id, help},
#include "lang/expectations.def"
#undef SOJOURN_EXPECT
});

constexpr std::string_view kWords = R"(policy here timezone UTC
attribute type : meter | tracker
attribute battery : number in %
attribute rsrp : number in dBm
attribute tag : set of text
attribute apn : text
attribute ecall : flag
profile vivo-local home BR iccid 895510* download "smdp.vivo.example"
profile tim-local home BR iccid 895504* download "smdp.tim.example"
profile bootstrap home FR iccid 8933* download "smdp.boot.example"
rule lost when no service for 2 days then keep, task "register the IMEI"
otherwise keep
)";

// Where a piece of a policy may stand.
constexpr auto kPlaces = std::to_array<std::string_view>({
    "{}",
    "when {} then keep",
    "when {} 30% then keep",
    "when at least 3 {} within 6 hours then keep",
    "when roaming in BR {} then keep",
    "when roaming in BR {} on at least 60 consecutive days then keep",
    "when roaming in BR on at least 60 consecutive days {} then keep",
    "when roaming in BR on at least 60 days {} then keep",
    "when no service for {} then keep",
    "when region in BR then {}",
    "when region in BR then keep, {}",
    "ban some never roaming in BR on more than 90 consecutive days {} remedy profile = vivo-local",
    "ban some {} remedy profile = vivo-local",
    "ban some never roaming in BR on more than 90 consecutive days {}",
    "policy there {}",
    "rule some timezone {} when ecall then keep",
    "attribute some : {}",
    "attribute some : number {}",
    "profile some home BR {}",
    "profile some home BR iccid 895511* {}",
    "region SOME = {}",
    "region SOME = circle(-23.96, -46.30, {})",
    "guard at most 4 switches per device {}",
    "guard at most 4 switches per device within 30 days {}",
    "test \"some\" given {}",
    "test \"some\" {}",
    "test \"some\" {} at 2026-01-01 10:00 network 724-05 expect keep",
    "test \"some\" at 2026-01-01 10:00 network 724-05 {} expect keep",
    "test \"some\" at 2026-01-01 10:00 {}",
    "test \"some\" at 2026-01-01 10:00 {} expect keep",
    "test \"some\" at 2026-01-01 10:00 position -23.55 -46.63 accuracy {}",
    "test \"some\" at 2026-01-01 10:00 position -23.55 -46.63 speed {}",
});

class NoFiles : public FileSource {
 public:
  Result<std::string> read(std::string_view) const override {
    return make_diagnostic(Code::E0001, "there are no files here");
  }
};

// Everything but what depends on the rest of the policy: files, other declarations of a name.
bool accepted(std::string_view piece) {
  std::set<std::string_view> elsewhere = {"E0001", "E0207", "E0231", "E0301"};
  if (piece.starts_with("view ")) elsewhere.insert("E0203");  // the small world has another dispute
  for (std::string_view place : kPlaces) {
    std::string text(place);
    text.replace(text.find("{}"), 2, piece);
    NoFiles files;
    std::string whole = text.starts_with("policy there")
                            ? text + std::string(kWords.substr(kWords.find('\n')))
                            : std::string(kWords) + text + "\n";
    testing::Loaded loaded = testing::load(whole, {}, &files);
    bool fine = true;
    for (const Diagnostic& d : loaded.diagnostics.all()) {
      bool counts = d.severity == Severity::error;
      fine = fine && (!counts || elsewhere.contains(code_name(d.code)));
    }
    if (fine) return true;
  }
  return false;
}

TEST_CASE("the examples in what an author is told are themselves accepted") {
  constexpr std::string_view kIntroduction = "for example ";
  std::size_t tried = 0;
  for (const Demand& demand : kDemands) {
    std::size_t begin = demand.help.find(kIntroduction);
    if (begin == std::string_view::npos) continue;
    std::string_view rest = demand.help.substr(begin);
    rest = rest.substr(0, rest.find(';'));
    for (std::size_t at = rest.find('`'); at != std::string_view::npos;) {
      std::size_t end = rest.find('`', at + 1);
      REQUIRE(end != std::string_view::npos);
      std::string piece(rest.substr(at + 1, end - at - 1));
      INFO(demand.name << ": " << piece);
      CHECK(accepted(piece));
      ++tried;
      at = rest.find('`', end + 1);
    }
  }
  CHECK(tried > 80);
}

}  // namespace
}  // namespace sojourn::lang
