import { pathToFileURL } from 'node:url';
import { resolveFromProgram } from '../require-from-program.ts';
import type { Adapter } from './adapter.ts';
import { Polling } from './polling.ts';

/** WebGPU in this process. */
export interface Gpu {
  requestAdapter(options: { readonly powerPreference: 'high-performance' }): Promise<Adapter | null>;
}

interface Dawn {
  /** a new WebGPU; options such as `backend=vulkan` */
  readonly create: (options: readonly string[]) => Gpu;
  readonly globals: { readonly [name: string]: { readonly prototype: object } };
}

/** One WebGPU for the process: TensorFlow.js looks for it at `navigator.gpu`, and Dawn's classes are patched once. */
let started: { readonly gpu: Gpu; readonly polling: Polling } | undefined;

/**
 * Brings WebGPU into this process as a browser has it: `navigator.gpu`, and its classes and constants as globals.
 *
 * @throws Error when the package `webgpu` is not there or has no library for this platform
 */
export async function startDawn(): Promise<{ readonly gpu: Gpu; readonly polling: Polling }> {
  if (started) return started;
  const { create, globals } = (await import(/* @vite-ignore */ pathToFileURL(resolveFromProgram('webgpu')).href)) as Dawn;
  const polling = new Polling();
  for (const [name, functions] of Object.entries(asynchronous)) if (globals[name]) polling.watch(globals[name].prototype, functions);
  const gpu = polling.during(() => create([]));
  Object.assign(globalThis, globals);
  const global = globalThis as { navigator?: object };
  // Node 20 has no navigator
  if (!global.navigator) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true, writable: true });
  Object.defineProperty(global.navigator, 'gpu', { value: gpu, configurable: true });
  started = { gpu, polling };
  return started;
}

/** Everything of Dawn that answers later. */
const asynchronous = {
  GPU: ['requestAdapter'],
  GPUAdapter: ['requestDevice'],
  GPUBuffer: ['mapAsync'],
  GPUDevice: ['createComputePipelineAsync', 'createRenderPipelineAsync', 'popErrorScope'],
  GPUQueue: ['onSubmittedWorkDone'],
  GPUShaderModule: ['getCompilationInfo'],
};
