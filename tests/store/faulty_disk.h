// A disk under SQLite that fails at a chosen write and forgets what was not synced.
//
// A layer over SQLite's own file functions. It passes everything on, and notes for every write and
// truncation since the file's last sync what was there before; losing power undoes them, all or a
// random part, in pieces of a sector. Files, but not their contents, are taken to last once made.
#pragma once

#include <cstdint>
#include <string>

namespace sojourn {

// There is one, because SQLite knows its layers by name. One test at a time uses it.
class FaultyDisk {
 public:
  static constexpr const char* kName = "sojourn-faulty";

  // Registers the layer with SQLite, and makes the disk a good one again.
  static FaultyDisk& plug_in();

  // The write, truncation or sync after `count` further ones fails, as does every one after it.
  void fail_after(std::int64_t count);
  // Only the one sync after `count` further syncs fails; the disk is good afterwards.
  void fail_one_sync_after(std::int64_t count);
  // Syncs answer that they are done, and are not.
  void ignore_syncs();
  // Writes that make a file longer find no room; or they do again.
  void fill(bool full);
  // The same of the log's index alone (`-shm`), which SQLite shares by mapping it.
  void fill_index(bool full);
  bool has_failed() const;

  // From now on nothing reaches the disk; then close all files and call restore_power().
  void cut_power();
  // `seed` 0: everything not synced is lost. Otherwise a random part of it.
  void restore_power(std::uint64_t seed = 0);
};

}  // namespace sojourn
