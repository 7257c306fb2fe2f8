// Mean and deviation of the highest values of each row, without sorting them: values are counted into buckets, and only
// the bucket on whose values it depends is looked into.
#pragma once

#include <cmath>
#include <functional>
#include <limits>

#include "steps.h"

namespace s3 {

// Of values that are not finite nothing is known: all is NaN then.
struct Best {
  float mean, deviation, lowest;
};

constexpr int kBuckets = 1024;

// places and edge: room for a row. count: 1 to size.
inline Best BestOf(const float* row, int64_t size, int64_t count, uint16_t* places, float* edge) {
  const int64_t whole = size / kLanes * kLanes;
  Floats lowest = Floats{} + row[0], highest = lowest, nothing = {};
  for (int64_t at = 0; at < size; at += kLanes) {
    Floats values = Load(row + at, static_cast<int>(std::min<int64_t>(kLanes, size - at)));
    if (at >= whole) {
      for (int lane = static_cast<int>(size - at); lane < kLanes; lane++) values[lane] = row[0];
    }
    lowest = values < lowest ? values : lowest;
    highest = values > highest ? values : highest;
    nothing += values * 0.0f;
  }
  float low = row[0], high = row[0], none = 0;
  for (int lane = 0; lane < kLanes; lane++) {
    low = std::min(low, lowest[lane]);
    high = std::max(high, highest[lane]);
    none += nothing[lane];
  }
  const float range = high - low;
  if (none != 0 || !(range < std::numeric_limits<float>::infinity())) {
    const float unknown = std::numeric_limits<float>::quiet_NaN();
    return {unknown, unknown, unknown};
  }
  // a range so small that its share overflows is one bucket
  float scale = kBuckets / range;
  if (!(scale < std::numeric_limits<float>::max())) scale = 0;

  int32_t counts[kBuckets] = {};
  for (int64_t at = 0; at < size; at += kLanes) {
    const int lanes = static_cast<int>(std::min<int64_t>(kLanes, size - at));
    Floats values = (Load(row + at, lanes) - low) * scale;
    values = values > kBuckets - 1.0f ? Floats{} + (kBuckets - 1.0f) : values;
    const Ints indices = __builtin_convertvector(values, Ints);
    for (int lane = 0; lane < lanes; lane++) {
      places[at + lane] = static_cast<uint16_t>(indices[lane]);
      counts[indices[lane]]++;
    }
  }
  int bucket = kBuckets;
  int64_t above = 0;  // values in higher buckets
  while (above + counts[bucket - 1] < count) above += counts[--bucket];
  bucket--;

  // from the bucket's lower end, so that squares of small differences are summed
  const double base = scale > 0 ? low + static_cast<double>(bucket) / scale : low;
  double sum = 0, squares = 0;
  const auto add = [&](float value) {
    const double over = value - base;
    sum += over;
    squares += over * over;
  };
  int64_t edges = 0;
  for (int64_t at = 0; at < size; at++) {
    if (places[at] < bucket) continue;
    if (places[at] > bucket) add(row[at]);
    else edge[edges++] = row[at];
  }
  const int64_t left = count - above;
  std::nth_element(edge, edge + left - 1, edge + edges, std::greater<float>());
  for (int64_t at = 0; at < left; at++) add(edge[at]);
  const double variance = count > 1 ? (squares - sum * sum / count) / (count - 1) : 0;
  return {static_cast<float>(base + sum / count), static_cast<float>(std::sqrt(std::max(0.0, variance))), edge[left - 1]};
}

// values (rows, size) to mean, deviation and the lowest value that counts, (rows) each.
inline void BestOfRows(int64_t rows, int64_t size, int64_t count, const float* values, float* mean, float* deviation, float* lowest) {
  const int threads = ThreadsFor(rows * size * 4, static_cast<int>(std::min<int64_t>(rows, 64)));
  InThreads(threads, [&](int thread) {
    std::vector<uint16_t> places(size);
    std::vector<float> edge(size);
    for (int64_t row = rows * thread / threads; row < rows * (thread + 1) / threads; row++) {
      const Best best = BestOf(values + row * size, size, count, places.data(), edge.data());
      mean[row] = best.mean;
      deviation[row] = best.deviation;
      lowest[row] = best.lowest;
    }
  });
}

}  // namespace s3
