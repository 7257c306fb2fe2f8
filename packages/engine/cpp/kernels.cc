// S3's own ops for TensorFlow's CPU, registered when Node loads this library as an addon.

#include <node_api.h>

#include <initializer_list>

#include "adam.h"
#include "best.h"
#include "lstm.h"
#include "tensorflow.h"

namespace s3 {
namespace {

struct Direction {
  unsigned char reverse;
};

void* ReadDirection(TF_OpKernelConstruction* construction) {
  auto* direction = new Direction{};
  TF_Status* status = TF_NewStatus();
  TF_OpKernelConstruction_GetAttrBool(construction, "reverse", &direction->reverse, status);
  TF_DeleteStatus(status);
  return direction;
}

void Remove(void* kernel) { delete static_cast<Direction*>(kernel); }

void* ReadNothing(TF_OpKernelConstruction*) { return nullptr; }

void ComputeForward(void* kernel, TF_OpKernelContext* context) {
  Call call(context);
  const TF_Tensor *projected = call.Input(0), *bias = call.Input(1), *weight = call.Input(2), *lengths = call.Input(3);
  if (!call.IsFine()) return;
  call.Expect(TF_NumDims(projected) == 3 && TF_NumDims(weight) == 2, "S3LstmForward: expected (batch, steps, gates) and (gates, size)");
  if (!call.IsFine()) return;
  const LstmShape shape{TF_Dim(projected, 0), TF_Dim(projected, 1), TF_Dim(weight, 1), static_cast<Direction*>(kernel)->reverse != 0};
  const auto [batch, steps, size, reverse] = shape;
  call.Expect(HasShape(projected, {batch, steps, 4 * size}) && HasShape(weight, {4 * size, size}) && HasShape(bias, {4 * size}) &&
                  HasShape(lengths, {batch}),
              "S3LstmForward: the shapes do not fit each other");
  TF_Tensor *hidden = call.Output(0, {batch, steps, size}), *gates = call.Output(1, {batch, steps, 4 * size}),
            *cells = call.Output(2, {batch, steps, size});
  if (!call.IsFine()) return;
  LstmForward(shape, Values(projected), Values(bias), Values(weight), Values<int32_t>(lengths), Values(hidden), Values(gates), Values(cells));
}

void ComputeBackward(void* kernel, TF_OpKernelContext* context) {
  Call call(context);
  const TF_Tensor *derivative = call.Input(0), *weight = call.Input(1), *gates = call.Input(2), *cells = call.Input(3), *hidden = call.Input(4);
  if (!call.IsFine()) return;
  call.Expect(TF_NumDims(derivative) == 3, "S3LstmBackward: expected (batch, steps, size)");
  if (!call.IsFine()) return;
  const LstmShape shape{TF_Dim(derivative, 0), TF_Dim(derivative, 1), TF_Dim(derivative, 2), static_cast<Direction*>(kernel)->reverse != 0};
  const auto [batch, steps, size, reverse] = shape;
  call.Expect(HasShape(weight, {4 * size, size}) && HasShape(gates, {batch, steps, 4 * size}) && HasShape(cells, {batch, steps, size}) &&
                  HasShape(hidden, {batch, steps, size}),
              "S3LstmBackward: the shapes do not fit each other");
  TF_Tensor *dProjected = call.Output(0, {batch, steps, 4 * size}), *dBias = call.Output(1, {4 * size}),
            *lastHidden = call.Output(2, {batch, steps, size});
  if (!call.IsFine()) return;
  LstmBackward(shape, Values(derivative), Values(weight), Values(gates), Values(cells), Values(hidden), Values(dProjected), Values(dBias),
               Values(lastHidden));
}

void ComputeAdam(void*, TF_OpKernelContext* context) {
  Call call(context);
  const TF_Tensor *weight = call.Input(0), *gradient = call.Input(1), *mean = call.Input(2), *square = call.Input(3);
  const TF_Tensor* factors = call.Input(4);
  if (!call.IsFine()) return;
  const int64_t count = TF_TensorElementCount(weight);
  call.Expect(TF_TensorElementCount(gradient) == count && TF_TensorElementCount(mean) == count && TF_TensorElementCount(square) == count &&
                  HasShape(factors, {sizeof(AdamFactors) / sizeof(float)}),
              "S3Adam: the shapes do not fit each other");
  float* updated[3] = {};
  for (int output = 0; output < 3; output++) {
    const TF_Tensor* made = call.OutputLike(output, weight);
    if (!call.IsFine()) return;
    updated[output] = Values(made);
  }
  AdamFactors by;
  std::memcpy(&by, Values(factors), sizeof by);
  Adam(by, count, Values(weight), Values(gradient), Values(mean), Values(square), updated[0], updated[1], updated[2]);
}

void ComputeBest(void*, TF_OpKernelContext* context) {
  Call call(context);
  const TF_Tensor *values = call.Input(0), *count = call.Input(1);
  if (!call.IsFine()) return;
  call.Expect(TF_NumDims(values) == 2 && TF_TensorElementCount(count) == 1, "S3Best: expected (rows, values) and a number");
  if (!call.IsFine()) return;
  const int64_t rows = TF_Dim(values, 0), size = TF_Dim(values, 1), best = *Values<int32_t>(count);
  call.Expect(best >= 1 && best <= size, "S3Best: fewer values than are asked for");
  TF_Tensor *mean = call.Output(0, {rows}), *deviation = call.Output(1, {rows}), *lowest = call.Output(2, {rows});
  if (!call.IsFine()) return;
  BestOfRows(rows, size, best, Values(values), Values(mean), Values(deviation), Values(lowest));
}

void NoShape(TF_ShapeInferenceContext* context, TF_Status* status) { TF_ShapeInferenceContextSetUnknownShape(context, status); }

void Register(TF_Status* status, const char* op, std::initializer_list<const char*> inputs, std::initializer_list<const char*> outputs,
              std::initializer_list<const char*> attributes, void* (*create)(TF_OpKernelConstruction*),
              void (*compute)(void*, TF_OpKernelContext*)) {
  if (TF_GetCode(status) != TF_OK) return;
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(op);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, NoShape);
  TF_RegisterOpDefinition(definition, status);
  if (TF_GetCode(status) == TF_OK) TF_RegisterKernelBuilder(op, TF_NewKernelBuilder(op, "CPU", create, compute, Remove), status);
}

void RegisterAll(TF_Status* status) {
  Register(status, "S3LstmForward", {"projected: float", "bias: float", "weight: float", "lengths: int32"},
           {"hidden: float", "gates: float", "cells: float"}, {"reverse: bool"}, ReadDirection, ComputeForward);
  Register(status, "S3LstmBackward", {"derivative: float", "weight: float", "gates: float", "cells: float", "hidden: float"},
           {"d_projected: float", "d_bias: float", "last_hidden: float"}, {"reverse: bool"}, ReadDirection, ComputeBackward);
  Register(status, "S3Adam", {"weight: float", "gradient: float", "mean: float", "square: float", "factors: float"},
           {"new_weight: float", "new_mean: float", "new_square: float"}, {}, ReadNothing, ComputeAdam);
  Register(status, "S3Best", {"values: float", "count: int32"}, {"mean: float", "deviation: float", "lowest: float"}, {}, ReadNothing,
           ComputeBest);
}

}  // namespace
}  // namespace s3

// The ops are TensorFlow's, for all threads of the process, so there is nothing to export.
NAPI_MODULE_INIT() {
  static TF_Status* const status = [] {
    TF_Status* made = TF_NewStatus();
    s3::RegisterAll(made);
    return made;
  }();
  if (TF_GetCode(status) != TF_OK) napi_throw_error(env, nullptr, TF_Message(status));
  return exports;
}
