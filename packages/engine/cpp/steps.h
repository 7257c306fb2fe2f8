// What recurrences share: threads that go step by step, and products of few rows with a packed matrix.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "vectors.h"

namespace s3 {

// Where threads wait for each other after every step. They spin for a while, since steps are short, and then sleep.
class Barrier {
 public:
  explicit Barrier(int threads) : threads_(threads) {}

  void Wait() {
    if (threads_ == 1) return;
    const int step = step_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
      arrived_.store(0, std::memory_order_relaxed);
      std::lock_guard<std::mutex> lock(mutex_);
      step_.store(step + 1, std::memory_order_release);
      next_.notify_all();
      return;
    }
    for (int spin = 0; spin < kSpins; spin++) {
      if (step_.load(std::memory_order_acquire) != step) return;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
    std::unique_lock<std::mutex> lock(mutex_);
    next_.wait(lock, [&] { return step_.load(std::memory_order_acquire) != step; });
  }

 private:
  static constexpr int kSpins = 2000;
  const int threads_;
  std::atomic<int> arrived_{0};
  std::atomic<int> step_{0};
  std::mutex mutex_;
  std::condition_variable next_;
};

// Threads for steps of so many multiplications: fewer where waiting for each other would take longer than the work.
inline int ThreadsFor(int64_t multiplications, int parts) {
  const char* limit = std::getenv("TF_NUM_INTRAOP_THREADS");
  const int asked = limit ? std::atoi(limit) : 0;
  const int cores = asked > 0 ? asked : static_cast<int>(std::thread::hardware_concurrency());
  const int64_t worth = multiplications / 2000000;
  return static_cast<int>(std::max<int64_t>(1, std::min<int64_t>({worth, cores, parts})));
}

// Runs a function in threads, numbered from 0; returns when all have ended.
inline void InThreads(int threads, const std::function<void(int)>& run) {
  std::vector<std::thread> others;
  for (int thread = 1; thread < threads; thread++) others.emplace_back(run, thread);
  run(0);
  for (auto& other : others) other.join();
}

// Memory on the boundary of a cache line; not cleared.
class Buffer {
 public:
  explicit Buffer(size_t floats)
      : values_(static_cast<float*>(std::aligned_alloc(64, (floats * sizeof(float) + 63) / 64 * 64 + 64))) {}
  ~Buffer() { std::free(values_); }
  Buffer(const Buffer&) = delete;
  float* data() const { return values_; }

 private:
  float* const values_;
};

// Columns that are multiplied at a time.
constexpr int kBlock = 2 * kLanes;

inline int Blocks(int64_t columns) { return static_cast<int>((columns + kBlock - 1) / kBlock); }

// Rows that are multiplied at a time: as many as there are registers for, in equal parts.
inline int64_t TileRows(int64_t rows) {
  const int64_t tiles = std::max<int64_t>(1, (rows + kTileRows - 1) / kTileRows);
  return std::max<int64_t>(1, (rows + tiles - 1) / tiles);
}

// Rows of states start at different places of the cache: their lengths are no powers of two.
inline int64_t Padded(int64_t columns) { return (columns + kLanes - 1) / kLanes * kLanes + kLanes; }

template <int kRows>
S3_INLINE void ProductOfRows(const float* a, int64_t stride, const float* block, int64_t depth, float* out) {
  Floats sums[kRows][2] = {};
  for (int64_t k = 0; k < depth; k++) {
    const Floats left = Load(block + k * kBlock);
    const Floats right = Load(block + k * kBlock + kLanes);
#pragma GCC unroll 8
    for (int row = 0; row < kRows; row++) {
      const float value = a[row * stride + k];
      sums[row][0] += left * value;
      sums[row][1] += right * value;
    }
  }
#pragma GCC unroll 8
  for (int row = 0; row < kRows; row++) {
    Store(out + row * kBlock, sums[row][0]);
    Store(out + row * kBlock + kLanes, sums[row][1]);
  }
}

// out (rows, kBlock) = a (rows, depth) times a packed block (depth, kBlock), for up to kTileRows rows.
inline void Product(int rows, const float* a, int64_t stride, const float* block, int64_t depth, float* out) {
  switch (rows) {
    case 1: return ProductOfRows<1>(a, stride, block, depth, out);
    case 2: return ProductOfRows<2>(a, stride, block, depth, out);
    case 3: return ProductOfRows<3>(a, stride, block, depth, out);
    case 4: return ProductOfRows<4>(a, stride, block, depth, out);
    case 5: return ProductOfRows<5>(a, stride, block, depth, out);
    case 6: return ProductOfRows<6>(a, stride, block, depth, out);
    case 7: return ProductOfRows<7>(a, stride, block, depth, out);
    default: return ProductOfRows<8>(a, stride, block, depth, out);
  }
}

}  // namespace s3
