// Vectors of floats as wide as the processor's, and the functions of recurrent cells on them.
// GCC's and Clang's vector types: the compiler makes the instructions of whatever processor it is told.
#pragma once

#include <cstdint>
#include <cstring>

namespace s3 {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
constexpr int kTileRows = 8;
#elif defined(__AVX__)
constexpr int kLanes = 8;
constexpr int kTileRows = 6;
#else
constexpr int kLanes = 4;
constexpr int kTileRows = 8;
#endif

typedef float Floats __attribute__((vector_size(4 * kLanes)));
typedef int32_t Ints __attribute__((vector_size(4 * kLanes)));

#define S3_INLINE inline __attribute__((always_inline))

S3_INLINE Floats Load(const float* from) {
  Floats values;
  std::memcpy(&values, from, sizeof values);
  return values;
}

S3_INLINE void Store(float* to, Floats values) { std::memcpy(to, &values, sizeof values); }

// The first `count` lanes, the others zero.
S3_INLINE Floats Load(const float* from, int count) {
  if (count >= kLanes) return Load(from);
  Floats values = {};
  std::memcpy(&values, from, sizeof(float) * count);
  return values;
}

S3_INLINE void Store(float* to, Floats values, int count) {
  if (count >= kLanes) return Store(to, values);
  std::memcpy(to, &values, sizeof(float) * count);
}

S3_INLINE Floats Bits(Ints bits) { return reinterpret_cast<Floats>(bits); }
S3_INLINE Ints Bits(Floats values) { return reinterpret_cast<Ints>(values); }

// e^x as power * (1 + rest) for x in [-87, 87]: the rest is exact near 0, where e^x - 1 is wanted.
S3_INLINE void Exponential(Floats x, Floats* power, Floats* rest) {
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to whole numbers
  const Floats shifted = x * 1.44269504f + magic;
  const Floats whole = shifted - magic;
  const Floats r = (x - whole * 0.693145752f) - whole * 1.42860677e-6f;  // ln 2 in two parts
  Floats sum = r * (1.0f / 5040) + 1.0f / 720;
  sum = sum * r + 1.0f / 120;
  sum = sum * r + 1.0f / 24;
  sum = sum * r + 1.0f / 6;
  sum = sum * r + 0.5f;
  *rest = sum * r * r + r;
  const Ints exponent = Bits(shifted) - 0x4b400000;
  *power = Bits((exponent + 127) << 23);
}

S3_INLINE Floats Sigmoid(Floats x) {
  const Ints negative = x < 0.0f;
  const Floats size = Bits(Bits(x) & 0x7fffffff);
  const Floats limited = size > 87.0f ? Floats{} + 87.0f : size;
  Floats power, rest;
  Exponential(-limited, &power, &rest);
  const Floats shrunk = power + power * rest;
  const Floats result = (negative ? shrunk : Floats{} + 1.0f) / (1.0f + shrunk);
  // a gate that is shut is shut
  return x < -87.0f ? Floats{} : result;
}

S3_INLINE Floats Tanh(Floats x) {
  const Ints sign = Bits(x) & static_cast<int32_t>(0x80000000);
  const Floats size = Bits(Bits(x) & 0x7fffffff);
  const Floats limited = size > 20.0f ? Floats{} + 20.0f : size;
  Floats power, rest;
  Exponential(-2.0f * limited, &power, &rest);
  const Floats less = power * rest + (power - 1.0f);  // e^(-2|x|) - 1
  return Bits(Bits(-less / (less + 2.0f)) | sign);
}

}  // namespace s3
