// Nothing of its own: where headers are precompiled, those of every test are compiled for this file.
#include "tests/support/catch.h"
