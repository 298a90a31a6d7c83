// Private to lang. Letters of other scripts that look like ours: to a reader `ВR` with a Cyrillic
// letter is `BR`, and a message about it has to say what cannot be seen.
#pragma once

#include "engine/base/diagnostic.h"

namespace sojourn::lang {

// The diagnostic, its help about the letter where one such stands in what it points at or in the
// spelling that its help proposes.
Diagnostic with_look_alikes_told(Diagnostic diagnostic, const SourceMap& sources);

}  // namespace sojourn::lang
