/** What a program may ask for; `auto` takes the fastest that works. */
export type EngineName = 'auto' | 'native' | 'webgpu' | 'wasm' | 'cpu';

/** The tensor engine that a program runs on, chosen once at its edge. */
export interface EngineInfo {
  readonly name: Exclude<EngineName, 'auto'>;
  /** library and version, such as `tfjs-backend-wasm 4.22.0` */
  readonly library: string;
  /** one line: why this one, and what was tried before it */
  readonly reason: string;
}

/** Makes an engine the current one; parts never call this, programs do. */
export type SelectEngine = (name: EngineName) => Promise<EngineInfo>;
