export { exportTask, type TaskExport } from './export-task.ts';
export { type OnnxRuntime, onnxRuntime } from './onnx-runtime.ts';
export { type ExportCheck, verifyGraph } from './verify-graph.ts';
