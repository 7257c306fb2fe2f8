// All steps of an LSTM in one call, forwards and backwards. Gates in PyTorch's order: input, forget, cell, output.
#pragma once

#include <vector>

#include "steps.h"

namespace s3 {

struct LstmShape {
  int64_t batch, steps, size;
  bool reverse;
  // which step is taken as the n-th, and where it lies before the step that is taken
  int64_t At(int64_t taken) const { return reverse ? steps - 1 - taken : taken; }
  int64_t before() const { return reverse ? 1 : -1; }
};

// projected (batch, steps, 4 size), bias (4 size), weight (4 size, size), lengths (batch)
// to hidden (batch, steps, size), gates (batch, steps, 4 size), cells (batch, steps, size); all zero after a length.
inline void LstmForward(const LstmShape& shape, const float* projected, const float* bias, const float* weight,
                        const int32_t* lengths, float* hidden, float* gates, float* cells) {
  const int64_t size = shape.size, batch = shape.batch, width = 4 * size, stride = Padded(size);
  const int blocks = Blocks(size);
  const int64_t tileRows = TileRows(batch);
  const int threads = ThreadsFor(batch * size * width, blocks);
  Buffer packed(static_cast<size_t>(blocks) * 4 * size * kBlock);
  Buffer states(2 * batch * stride);
  Barrier barrier(threads);
  InThreads(threads, [&](int thread) {
    const int first = blocks * thread / threads, end = blocks * (thread + 1) / threads;
    // (block, gate, depth, kBlock): what is read one after the other lies one after the other
    for (int block = first; block < end; block++) {
      const int64_t unit = block * kBlock;
      const int count = static_cast<int>(std::min<int64_t>(kBlock, size - unit));
      for (int gate = 0; gate < 4; gate++) {
        float* to = packed.data() + (static_cast<int64_t>(block) * 4 + gate) * size * kBlock;
        const float* from = weight + (gate * size + unit) * size;
        for (int64_t k = 0; k < size; k++) {
          for (int column = 0; column < kBlock; column++) to[k * kBlock + column] = column < count ? from[column * size + k] : 0;
        }
      }
    }
    alignas(64) float tile[4][kTileRows * kBlock];
    for (int64_t taken = 0; taken < shape.steps; taken++) {
      const int64_t at = shape.At(taken);
      const float* last = states.data() + (taken % 2) * batch * stride;
      float* next = states.data() + ((taken + 1) % 2) * batch * stride;
      for (int block = first; block < end; block++) {
        for (int64_t row = 0; row < batch; row += tileRows) {
          const int rows = static_cast<int>(std::min<int64_t>(tileRows, batch - row));
          if (taken > 0) {
            for (int gate = 0; gate < 4; gate++) {
              const float* of = packed.data() + (static_cast<int64_t>(block) * 4 + gate) * size * kBlock;
              Product(rows, last + row * stride, stride, of, size, tile[gate]);
            }
          }
          for (int r = 0; r < rows; r++) {
            const int64_t place = (row + r) * shape.steps + at;
            const bool isPadding = at >= lengths[row + r];
            for (int half = 0; half < 2; half++) {
              const int64_t unit = block * kBlock + half * kLanes;
              const int count = static_cast<int>(std::min<int64_t>(kLanes, size - unit));
              if (count <= 0) break;
              Floats sums[4] = {}, cell = {}, output = {};
              if (!isPadding) {
                for (int gate = 0; gate < 4; gate++) {
                  sums[gate] = Load(projected + place * width + gate * size + unit, count) + Load(bias + gate * size + unit, count);
                  if (taken > 0) sums[gate] += Load(tile[gate] + r * kBlock + half * kLanes);
                }
                sums[0] = Sigmoid(sums[0]);
                sums[1] = Sigmoid(sums[1]);
                sums[2] = Tanh(sums[2]);
                sums[3] = Sigmoid(sums[3]);
                cell = sums[0] * sums[2];
                if (taken > 0) cell += sums[1] * Load(cells + (place + shape.before()) * size + unit, count);
                output = sums[3] * Tanh(cell);
              }
              for (int gate = 0; gate < 4; gate++) Store(gates + place * width + gate * size + unit, sums[gate], count);
              Store(cells + place * size + unit, cell, count);
              Store(hidden + place * size + unit, output, count);
              Store(next + (row + r) * stride + unit, output);
            }
          }
        }
      }
      barrier.Wait();
    }
  });
}

// derivative (batch, steps, size) by the outputs; gates, cells and outputs as the forward pass left them
// to dProjected (batch, steps, 4 size), dBias (4 size) and, for the gradient of the weight as one product with dProjected,
// lastHidden (batch, steps, size): what each step found.
inline void LstmBackward(const LstmShape& shape, const float* derivative, const float* weight, const float* gates,
                         const float* cells, const float* hidden, float* dProjected, float* dBias, float* lastHidden) {
  const int64_t size = shape.size, batch = shape.batch, width = 4 * size, stride = Padded(width);
  const int blocks = Blocks(size);
  const int64_t tileRows = TileRows(batch);
  const int threads = ThreadsFor(batch * size * width, blocks);
  Buffer packed(static_cast<size_t>(blocks) * width * kBlock);
  Buffer states(2 * batch * stride);
  Buffer dCells(batch * blocks * kBlock);
  Buffer biases(4 * static_cast<size_t>(blocks) * kBlock);
  Barrier barrier(threads);
  InThreads(threads, [&](int thread) {
    const int first = blocks * thread / threads, end = blocks * (thread + 1) / threads;
    for (int block = first; block < end; block++) {
      const int64_t unit = block * kBlock;
      const int count = static_cast<int>(std::min<int64_t>(kBlock, size - unit));
      float* to = packed.data() + static_cast<int64_t>(block) * width * kBlock;
      for (int64_t k = 0; k < width; k++) {
        std::memcpy(to + k * kBlock, weight + k * size + unit, sizeof(float) * count);
        std::fill(to + k * kBlock + count, to + (k + 1) * kBlock, 0.0f);
      }
      std::fill(biases.data() + unit * 4, biases.data() + (unit + kBlock) * 4, 0.0f);
    }
    alignas(64) float tile[kTileRows * kBlock];
    for (int64_t taken = shape.steps - 1; taken >= 0; taken--) {
      const int64_t at = shape.At(taken);
      const bool isLast = taken == shape.steps - 1;
      const float* late = states.data() + (taken % 2) * batch * stride;
      float* next = states.data() + ((taken + 1) % 2) * batch * stride;
      for (int block = first; block < end; block++) {
        for (int64_t row = 0; row < batch; row += tileRows) {
          const int rows = static_cast<int>(std::min<int64_t>(tileRows, batch - row));
          if (!isLast) Product(rows, late + row * stride, stride, packed.data() + static_cast<int64_t>(block) * width * kBlock, width, tile);
          for (int half = 0; half < 2; half++) {
            const int64_t unit = block * kBlock + half * kLanes;
            const int count = static_cast<int>(std::min<int64_t>(kLanes, size - unit));
            if (count <= 0) break;
            Floats sums[4];
            for (int gate = 0; gate < 4; gate++) sums[gate] = Load(biases.data() + (block * 4 + gate) * kBlock + half * kLanes);
            for (int r = 0; r < rows; r++) {
              const int64_t place = (row + r) * shape.steps + at;
              const float* opened = gates + place * width + unit;
              const Floats input = Load(opened, count), forget = Load(opened + size, count);
              const Floats candidate = Load(opened + 2 * size, count), output = Load(opened + 3 * size, count);
              const Floats squashed = Tanh(Load(cells + place * size + unit, count));
              float* kept = dCells.data() + ((row + r) * blocks + block) * kBlock + half * kLanes;
              Floats dHidden = Load(derivative + place * size + unit, count);
              const float* last = hidden + (place + shape.before()) * size + unit;
              Store(lastHidden + place * size + unit, taken > 0 ? Load(last, count) : Floats{}, count);
              if (!isLast) dHidden += Load(tile + r * kBlock + half * kLanes);
              Floats dCell = dHidden * output * (1.0f - squashed * squashed);
              if (!isLast) dCell += Load(kept);
              Store(kept, dCell * forget);
              Floats parts[4];
              parts[0] = dCell * candidate * input * (1.0f - input);
              parts[1] = Floats{};
              if (taken > 0) parts[1] = dCell * Load(cells + (place + shape.before()) * size + unit, count) * forget * (1.0f - forget);
              parts[2] = dCell * input * (1.0f - candidate * candidate);
              parts[3] = dHidden * squashed * output * (1.0f - output);
              for (int gate = 0; gate < 4; gate++) {
                Store(dProjected + place * width + gate * size + unit, parts[gate], count);
                Store(next + (row + r) * stride + gate * size + unit, parts[gate], count);
                sums[gate] += parts[gate];
              }
            }
            for (int gate = 0; gate < 4; gate++) Store(biases.data() + (block * 4 + gate) * kBlock + half * kLanes, sums[gate]);
          }
        }
      }
      barrier.Wait();
    }
    for (int block = first; block < end; block++) {
      const int64_t unit = block * kBlock;
      const int count = static_cast<int>(std::min<int64_t>(kBlock, size - unit));
      for (int gate = 0; gate < 4; gate++) std::memcpy(dBias + gate * size + unit, biases.data() + (block * 4 + gate) * kBlock, sizeof(float) * count);
    }
  });
}

}  // namespace s3
