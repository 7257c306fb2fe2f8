import { InputError, type Json, type Upstream } from '@s3/interface';
import type { Recording } from '@s3/own-classes/teach';
import { isBaseline, namedUpstream, rememberedUpstream } from '@s3/upstream';
import type { TeachSettings } from '../../page-settings.ts';

/** Settings of the section `upstream`, as a checkpoint names it. */
export type UpstreamSettings = { readonly [setting: string]: Json };

/** The frozen upstreams that a page teaches on: its own, and those without weights, which every page has. */
export interface PageUpstreams {
  /** of the page's own */
  readonly settings: UpstreamSettings;
  /**
   * The upstream of these settings, which remembers what it computed.
   *
   * @param where what the settings come from, for messages
   * @throws InputError for another pretrained one than the page's own, and for files that do not arrive or fit
   */
  readonly upstreamOf: (settings: UpstreamSettings, where: string) => Promise<Upstream>;
}

/** Hidden states that a page keeps; a browser may end one that takes more than some GB. */
const mostBytes = 2 ** 30;

export function pageUpstreams({ upstream: settings, path }: TeachSettings, sampleRate: number): PageUpstreams {
  const own = settings as UpstreamSettings;
  const built = new Map<string, Promise<Upstream>>();

  async function build(wanted: UpstreamSettings): Promise<Upstream> {
    const placed = { ...wanted, ...(wanted === own && path !== undefined && { path }) };
    const upstream = await namedUpstream({ cacheDir: '' }, placed as never);
    if (upstream.sampleRate === sampleRate) return rememberedUpstream(upstream, { maxBytes: mostBytes });
    upstream.dispose();
    const remedy = 'Choose another upstream, or use `s3 run own-classes`.';
    throw new InputError(nameOf(wanted), `one that hears at ${upstream.sampleRate} Hz`, `one for ${sampleRate} Hz`, remedy);
  }

  return {
    settings: own,
    upstreamOf(wanted, where) {
      const isOwn = keyOf(wanted) === keyOf(own);
      if (!isOwn && !isWithoutWeights(wanted)) {
        const asked = nameOf(wanted);
        const remedy = `Open it in the page of \`npx s3 teach ${asked}\`.`;
        return Promise.reject(new InputError(where, `what was learned on the upstream ${asked}`, `one learned on ${nameOf(own)}`, remedy));
      }
      const key = keyOf(wanted);
      const found = built.get(key) ?? build(isOwn ? own : wanted);
      built.set(key, found);
      // what failed is tried again when it is asked for again
      found.catch(() => built.delete(key));
      return found;
    },
  };
}

/** What an upstream is called: its path where it has one, else its name. */
export const nameOf = ({ name, path }: UpstreamSettings): string => String(path ?? name);

const isWithoutWeights = ({ name }: UpstreamSettings) => typeof name === 'string' && isBaseline(name);

/** Where the same upstream has the same one. */
const keyOf = ({ normalize, onnx, ...settings }: UpstreamSettings) => JSON.stringify([nameOf(settings), normalize === true, onnx ?? null]);

/**
 * @throws InputError for recordings whose hidden states are more than a page keeps: each would be computed anew at every step
 */
export function refuseTooMuch(upstream: Upstream, recordings: readonly Recording[]): void {
  const samples = recordings.reduce((sum, { waveform }) => sum + waveform.length, 0);
  const bytesOfSample = upstream.layers.reduce((sum, { size, downsampleRate }) => sum + (4 * size) / downsampleRate, 4);
  if (samples * bytesOfSample <= mostBytes) return;
  throw new InputError(
    'the recordings',
    `${Math.round(samples / upstream.sampleRate)} s in all`,
    `at most ${Math.floor(mostBytes / bytesOfSample / upstream.sampleRate)} s, since a page keeps what this upstream hears in them in memory`,
    'Remove some, use shorter ones, or train with `s3 run own-classes`.',
  );
}
