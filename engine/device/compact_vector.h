// CompactVector: a list of plain values that costs one pointer while it is empty.
//
// A device keeps many short lists, and there are millions of devices: the counts live beside the
// elements on the heap, and the list grows by a quarter, not by doubling. Otherwise as std::vector;
// at most 2^32 - 1 elements.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <new>
#include <type_traits>
#include <utility>

namespace sojourn {

template <class T>
class CompactVector {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
  static_assert(alignof(T) <= alignof(std::uint64_t));

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  CompactVector() = default;
  CompactVector(const CompactVector& other) { insert(end(), other.begin(), other.end()); }
  CompactVector(CompactVector&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  CompactVector& operator=(CompactVector other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~CompactVector() { ::operator delete(block_); }

  std::size_t size() const { return block_ == nullptr ? 0 : block_->count; }
  std::size_t capacity() const { return block_ == nullptr ? 0 : block_->capacity; }
  bool empty() const { return size() == 0; }
  T* begin() { return data(); }
  T* end() { return data() + size(); }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }
  auto rbegin() const { return std::make_reverse_iterator(end()); }
  auto rend() const { return std::make_reverse_iterator(begin()); }
  T& operator[](std::size_t i) { return data()[i]; }
  const T& operator[](std::size_t i) const { return data()[i]; }
  T& front() { return data()[0]; }
  const T& front() const { return data()[0]; }
  T& back() { return data()[size() - 1]; }
  const T& back() const { return data()[size() - 1]; }

  void push_back(T value) {
    make_room(1);
    data()[block_->count++] = value;
  }
  T& emplace_back() {
    push_back(T{});
    return back();
  }
  void pop_back() { --block_->count; }
  void insert(const T* place, T value) { insert(place, &value, &value + 1); }
  // Requires: [first, last) lies outside of this list.
  void insert(const T* place, const T* first, const T* last) {
    auto at = static_cast<std::size_t>(place - begin());
    auto count = static_cast<std::size_t>(last - first);
    if (count == 0) return;
    make_room(count);
    std::copy_backward(begin() + at, end(), end() + count);
    std::copy(first, last, begin() + at);
    block_->count += static_cast<std::uint32_t>(count);
  }
  void erase(const T* place) { erase(place, place + 1); }
  void erase(const T* first, const T* last) {
    if (first == last) return;
    T* kept = begin() + (first - begin());
    std::copy(last, static_cast<const T*>(end()), kept);
    block_->count -= static_cast<std::uint32_t>(last - first);
  }
  // New elements are T{}.
  void resize(std::size_t count) {
    if (count > size()) make_room(count - size());
    while (size() < count) push_back(T{});
    if (block_ != nullptr) block_->count = static_cast<std::uint32_t>(count);
  }
  void clear() { resize(0); }
  void shrink_to_fit() {
    if (size() < capacity()) move_to(size());
  }
  std::size_t byte_count() const {
    return block_ == nullptr ? 0 : sizeof(Block) + capacity() * sizeof(T);
  }
  friend bool operator==(const CompactVector& a, const CompactVector& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  struct alignas(alignof(std::uint64_t)) Block {
    std::uint32_t count;
    std::uint32_t capacity;
  };

  T* data() const { return block_ == nullptr ? nullptr : reinterpret_cast<T*>(block_ + 1); }
  void make_room(std::size_t more) {
    std::size_t needed = size() + more;
    assert(needed <= std::numeric_limits<std::uint32_t>::max());
    if (needed > capacity()) move_to(std::max(needed, capacity() + capacity() / 4));
  }
  void move_to(std::size_t capacity) {
    Block* moved = nullptr;
    if (capacity > 0) {
      moved = static_cast<Block*>(::operator new(sizeof(Block) + capacity * sizeof(T)));
      *moved = {static_cast<std::uint32_t>(size()), static_cast<std::uint32_t>(capacity)};
      std::copy(begin(), end(), reinterpret_cast<T*>(moved + 1));
    }
    ::operator delete(std::exchange(block_, moved));
  }

  Block* block_ = nullptr;
};

}  // namespace sojourn
