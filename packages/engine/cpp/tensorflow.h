// The part of TensorFlow's C interface for kernels that is used here. Its headers (tensorflow/c/kernels.h, ops.h)
// include others that an installed library need not have; the interface is stable.
#pragma once

#include <cstdint>
#include <cstring>

#include "tensorflow/c/tf_datatype.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

extern "C" {
typedef struct TF_KernelBuilder TF_KernelBuilder;
typedef struct TF_OpDefinitionBuilder TF_OpDefinitionBuilder;
typedef struct TF_OpKernelConstruction TF_OpKernelConstruction;
typedef struct TF_OpKernelContext TF_OpKernelContext;
typedef struct TF_ShapeInferenceContext TF_ShapeInferenceContext;

TF_KernelBuilder* TF_NewKernelBuilder(const char* op, const char* device, void* (*create)(TF_OpKernelConstruction*),
                                      void (*compute)(void*, TF_OpKernelContext*), void (*remove)(void*));
void TF_RegisterKernelBuilder(const char* name, TF_KernelBuilder* builder, TF_Status* status);
void TF_OpKernelConstruction_GetAttrBool(TF_OpKernelConstruction* context, const char* name, unsigned char* value, TF_Status* status);
void TF_OpKernelConstruction_GetAttrFloat(TF_OpKernelConstruction* context, const char* name, float* value, TF_Status* status);
void TF_GetInput(TF_OpKernelContext* context, int index, TF_Tensor** tensor, TF_Status* status);
TF_Tensor* TF_AllocateOutput(TF_OpKernelContext* context, int index, TF_DataType type, const int64_t* shape, int rank, size_t bytes,
                             TF_Status* status);
void TF_OpKernelContext_Failure(TF_OpKernelContext* context, TF_Status* status);

TF_OpDefinitionBuilder* TF_NewOpDefinitionBuilder(const char* op);
void TF_OpDefinitionBuilderAddInput(TF_OpDefinitionBuilder* builder, const char* input);
void TF_OpDefinitionBuilderAddOutput(TF_OpDefinitionBuilder* builder, const char* output);
void TF_OpDefinitionBuilderAddAttr(TF_OpDefinitionBuilder* builder, const char* attribute);
void TF_OpDefinitionBuilderSetShapeInferenceFunction(TF_OpDefinitionBuilder* builder,
                                                     void (*infer)(TF_ShapeInferenceContext*, TF_Status*));
void TF_RegisterOpDefinition(TF_OpDefinitionBuilder* builder, TF_Status* status);
void TF_ShapeInferenceContextSetUnknownShape(TF_ShapeInferenceContext* context, TF_Status* status);
}

namespace s3 {

// Inputs and outputs of one call; tells TensorFlow of the first thing that went wrong.
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelContext_Failure(context_, status_);
    for (int tensor = 0; tensor < count_; tensor++) TF_DeleteTensor(tensors_[tensor]);
    TF_DeleteStatus(status_);
  }
  Call(const Call&) = delete;

  bool IsFine() const { return TF_GetCode(status_) == TF_OK; }

  void Expect(bool holds, const char* what) {
    if (IsFine() && !holds) TF_SetStatus(status_, TF_INVALID_ARGUMENT, what);
  }

  const TF_Tensor* Input(int index) {
    TF_Tensor* tensor = nullptr;
    if (IsFine()) TF_GetInput(context_, index, &tensor, status_);
    return Keep(tensor);
  }

  TF_Tensor* Output(int index, std::initializer_list<int64_t> shape) { return Output(index, shape.begin(), static_cast<int>(shape.size())); }

  TF_Tensor* OutputLike(int index, const TF_Tensor* tensor) {
    int64_t shape[8];
    const int rank = TF_NumDims(tensor);
    Expect(rank <= 8, "expected at most eight axes");
    if (!IsFine()) return nullptr;
    for (int axis = 0; axis < rank; axis++) shape[axis] = TF_Dim(tensor, axis);
    return Output(index, shape, rank);
  }

 private:
  TF_Tensor* Output(int index, const int64_t* shape, int rank) {
    int64_t floats = 1;
    for (int axis = 0; axis < rank; axis++) floats *= shape[axis];
    TF_Tensor* tensor = nullptr;
    if (IsFine()) tensor = TF_AllocateOutput(context_, index, TF_FLOAT, shape, rank, floats * sizeof(float), status_);
    return Keep(tensor);
  }

  TF_Tensor* Keep(TF_Tensor* tensor) {
    if (tensor) tensors_[count_++] = tensor;
    return tensor;
  }

  TF_OpKernelContext* const context_;
  TF_Status* const status_;
  TF_Tensor* tensors_[24];
  int count_ = 0;
};

inline bool HasShape(const TF_Tensor* tensor, std::initializer_list<int64_t> shape) {
  if (TF_NumDims(tensor) != static_cast<int>(shape.size())) return false;
  int axis = 0;
  for (const int64_t extent : shape) {
    if (TF_Dim(tensor, axis++) != extent) return false;
  }
  return true;
}

template <typename Value = float>
Value* Values(const TF_Tensor* tensor) {
  return static_cast<Value*>(TF_TensorData(tensor));
}

}  // namespace s3
