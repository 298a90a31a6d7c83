#include "tests/support/circumstances.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace sojourn::testing {

Circumstances::Circumstances(std::string path) : path_(std::move(path)) {
  int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || ::ftruncate(file, sizeof(Knobs)) != 0) std::abort();
  void* memory = ::mmap(nullptr, sizeof(Knobs), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (memory == MAP_FAILED) std::abort();
  knobs_ = static_cast<Knobs*>(memory);  // zeros: all is well
}

Circumstances::~Circumstances() { ::munmap(knobs_, sizeof(Knobs)); }

std::string Circumstances::preload() const {
  return std::string("LD_PRELOAD=") + SOJOURN_TEST_PRELOAD;
}

}  // namespace sojourn::testing
