// An update by Adam in one pass over a weight, its gradient and what is remembered of earlier gradients.
#pragma once

#include "steps.h"

namespace s3 {

struct AdamFactors {
  float gradient;  // of the gradient, such as that of clipping
  float penalty;  // times the weight is added to the gradient: Adam's weight decay
  float decay;  // of the weight before the update: AdamW's
  float mean, meanShare;      // how much of the average is kept, and what the gradient adds
  float square, squareShare;  // the same of the average of squares
  float rate, epsilon;        // with the corrections of both averages
};

S3_INLINE void AdamStep(const AdamFactors& by, Floats* weight, Floats given, Floats* mean, Floats* square) {
  const Floats gradient = given * by.gradient + *weight * by.penalty;
  *mean = *mean * by.mean + gradient * by.meanShare;
  *square = *square * by.square + gradient * gradient * by.squareShare;
  Floats root;
  for (int lane = 0; lane < kLanes; lane++) root[lane] = __builtin_sqrtf((*square)[lane]);
  *weight = *weight * by.decay - *mean * by.rate / (root + by.epsilon);
}

inline void Adam(const AdamFactors& by, int64_t count, const float* weight, const float* gradient, const float* mean, const float* square,
                 float* newWeight, float* newMean, float* newSquare) {
  const int64_t vectors = (count + kLanes - 1) / kLanes;
  const int threads = ThreadsFor(count * 4, 64);
  InThreads(threads, [&](int thread) {
    for (int64_t vector = vectors * thread / threads; vector < vectors * (thread + 1) / threads; vector++) {
      const int64_t at = vector * kLanes;
      const int lanes = static_cast<int>(std::min<int64_t>(kLanes, count - at));
      Floats w = Load(weight + at, lanes), m = Load(mean + at, lanes), s = Load(square + at, lanes);
      AdamStep(by, &w, Load(gradient + at, lanes), &m, &s);
      Store(newWeight + at, w, lanes);
      Store(newMean + at, m, lanes);
      Store(newSquare + at, s, lanes);
    }
  });
}

}  // namespace s3
