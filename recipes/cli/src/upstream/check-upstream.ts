import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ComponentOf, InputError, type Upstream } from '@s3/interface';
import { formatTable, resolveSettings, userCacheDir } from '@s3/trainer';
import { namedUpstream, upstreamNames } from '@s3/upstream';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { refuseOtherContract } from '../other-contract.ts';
import { upstreamWords } from './upstream-words.ts';

type UpstreamComponent = ComponentOf<{ readonly cacheDir: string }, Promise<Upstream> | Upstream>;

/** What `s3 upstream check` found. */
export interface CheckedUpstream {
  /** what was checked: a name, a path, a module */
  readonly name: string;
  readonly layers: Upstream['layers'];
  readonly sampleRate: number;
  /** of each layer, for one second of audio */
  readonly frames: readonly number[];
  readonly parameters: number;
  readonly trainable: boolean;
  readonly secondsForOneSecond: number;
  /** mean magnitude of each layer on a tone that every machine makes the same */
  readonly fingerprint: readonly number[];
}

/**
 * Builds an upstream and runs it on a second of audio.
 *
 * @param source a name of `s3 upstream list`, a folder, an ONNX file, or a module or installed package that exports an upstream component
 * @param words settings of it, `--upstream.name VALUE`
 * @param folder where packages are looked for from
 * @throws InputError for a source that is none, one made for another contract, one whose frames are not as many as the contract says, or not numbers
 */
export async function checkUpstream(
  source: string | undefined,
  words: readonly string[],
  folder = process.cwd(),
): Promise<CheckedUpstream> {
  const module = source === undefined ? undefined : moduleOf(source, folder);
  const component = module === undefined ? (namedUpstream as unknown as UpstreamComponent) : await componentOf(module);
  const schema = z.strictObject({ upstream: component.config.safeParse({}).success ? component.config.prefault({}) : component.config });
  const given = component.componentName === namedUpstream.componentName ? [...upstreamWords(source), ...words] : words;
  const explained = 'Settings are given as --upstream.NAME VALUE; s3 upstream list has the names of upstreams.';
  const { config } = await resolveSettings(schema, { words: given }, explained);
  const settings = config['upstream'] as { readonly name?: string; readonly path?: string };
  const name = source ?? settings.path ?? settings.name ?? component.componentName;
  const build = component as unknown as (wiring: { readonly cacheDir: string }, config: unknown) => Promise<Upstream>;
  const upstream = await build({ cacheDir: userCacheDir() }, settings);
  try {
    return { name, ...(await measured(name, upstream)) };
  } finally {
    upstream.dispose();
  }
}

async function measured(name: string, upstream: Upstream): Promise<Omit<CheckedUpstream, 'name'>> {
  const { sampleRate } = upstream;
  // one second that every machine makes the same
  const tone = Float32Array.from({ length: sampleRate }, (_, sample) => 0.1 * Math.sin(sample / 10) * Math.sin(sample / 1000));
  const values = tf.tensor2d(tone, [1, sampleRate]);
  const began = performance.now();
  const layers = await upstream.extract({ values, lengths: [sampleRate] });
  const secondsForOneSecond = (performance.now() - began) / 1000;
  const frames = layers.map(({ lengths }) => lengths[0]!);
  const fingerprint = layers.map((layer) => tf.tidy(() => tf.mean(tf.abs(layer.values)).dataSync()[0]!));
  const shapes = layers.map((layer) => layer.values.shape);
  tf.dispose([values, ...layers.map((layer) => layer.values)]);

  const refuse = (found: string, expected: string, remedy: string): never => {
    throw new InputError(name, found, expected, remedy);
  };
  if (layers.length !== upstream.layers.length)
    refuse(`${layers.length} layers`, `${upstream.layers.length}, as it says itself`, 'Give one sequence for each entry of layers.');
  for (const [layer, { size, downsampleRate }] of upstream.layers.entries()) {
    const expected = Math.floor((sampleRate - 1) / downsampleRate) + 1;
    const shape = [1, expected, size];
    if (frames[layer] !== expected || shapes[layer]!.join() !== shape.join()) {
      const found = `layer ${layer} of shape [${shapes[layer]}] with ${frames[layer]} frames for ${sampleRate} samples`;
      refuse(found, `[${shape}], one frame for each ${downsampleRate} samples`, 'Cut it, or repeat its last frame.');
    }
    if (!Number.isFinite(fingerprint[layer]))
      refuse(`values that are no numbers in layer ${layer}`, 'numbers', 'Its weights come from a training that failed, or are damaged.');
  }
  const parameters = Object.values(upstream.state().tensors).reduce((count, tensor) => count + tensor.size, 0);
  const trainable = upstream.forward !== undefined;
  return { layers: upstream.layers, sampleRate, frames, parameters, trainable, secondsForOneSecond, fingerprint };
}

/** The same for people. */
export function checkedText({
  layers,
  frames,
  fingerprint,
  parameters,
  trainable,
  secondsForOneSecond,
  sampleRate,
}: CheckedUpstream): string {
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = ['layer', right('features'), right('samples a frame'), right('frames of 1 s'), right('mean magnitude on a tone')];
  const rows = layers.map(({ size, downsampleRate }, layer) => [
    layer,
    size,
    downsampleRate,
    frames[layer]!,
    fingerprint[layer]!.toPrecision(6),
  ]);
  const training = trainable ? 'can be trained' : 'frozen only';
  return `${formatTable(columns, rows)}\n${sampleRate} Hz; ${parameters.toLocaleString('en')} parameters, ${training}; one second of audio took ${secondsForOneSecond.toFixed(3)} s`;
}

/** The module that a source is, or that an installed package of this name gives; undefined for what else can be checked. */
function moduleOf(source: string, folder: string): string | undefined {
  if (/\.[cm]?[jt]s$/.test(source)) return source;
  const isPackageName = /^(@[a-z\d][\w.-]*\/)?[a-z\d][\w.-]*$/.test(source);
  if (!isPackageName || (upstreamNames as readonly string[]).includes(source) || existsSync(source)) return undefined;
  try {
    const found = createRequire(join(folder, 'package.json')).resolve(source);
    return isAbsolute(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** The upstream component that a module exports. @throws InputError for a module without one, or with several and no default */
async function componentOf(path: string): Promise<UpstreamComponent> {
  const expected = 'a module that exports an upstream component';
  if (!existsSync(path)) throw new InputError(path, 'no such file', expected, 'Correct the path.');
  refuseOtherContract(path);
  const module = (await import(/* @vite-ignore */ pathToFileURL(resolve(path)).href)) as { readonly [name: string]: unknown };
  const isComponent = (value: unknown): value is UpstreamComponent =>
    typeof value === 'function' && 'componentName' in value && 'config' in value;
  if (isComponent(module['default'])) return module['default'];
  const found = Object.entries(module).filter(([, value]) => isComponent(value));
  if (found.length === 1) return found[0]![1] as UpstreamComponent;
  throw new InputError(
    path,
    found.length === 0 ? 'no component' : `the components ${found.map(([name]) => name).join(', ')}`,
    `${expected}, one alone or as its default`,
    'Export what defineComponent gives, the one to check as the default.',
  );
}
