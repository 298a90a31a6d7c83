// Ways to make the story of a test shorter or more natural. Whoever edits a story runs it again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sojourn::cli {

// The lines of a `test` block below its name: "  given type = meter, profile = bootstrap".
using Story = std::vector<std::string>;
// Before all other lines: the simulated device carries decisions out.
inline constexpr const char* kObeying = " obeying";
// The edited story; absent where there is nothing to edit.
using StoryEdit = std::function<std::optional<Story>(const Story&)>;

// Networks whose number was made up become ones that `policy_text` names in the same country, else
// the country's first.
StoryEdit with_plain_networks(const std::string& policy_text);
// Numbers of the `given` line with six decimals, found just beside a threshold of something else,
// lose them: 9.999999% is 9%.
StoryEdit with_round_numbers();
// The part that begins with `word` ("position ") is taken out of every report that has another.
StoryEdit without_part(const std::string& word);
// The `given` line without its part number `index`, counted from the last.
StoryEdit without_given(std::size_t index);

}  // namespace sojourn::cli
