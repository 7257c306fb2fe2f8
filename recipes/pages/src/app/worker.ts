/** Computes beside the page, so that the page stays alive: loads the checkpoint, reads recordings, predicts. */
import { openedCheckpoint } from './open-checkpoint.ts';
import { predictRecording } from './predict-recording.ts';
import type { CallProgress, Calls, Reply, Request } from './protocol.ts';
import { inspectRecording, readableRecording } from './readable-recording.ts';
import { similarity } from './similarity.ts';

type Progress = (progress: CallProgress) => void;

let opened: Awaited<ReturnType<typeof openedCheckpoint>> | undefined;
const checkpoint = () => {
  if (!opened) throw new Error('the worker was asked before a checkpoint was opened');
  return opened;
};

const calls: { readonly [Call in keyof Calls]: (onProgress: Progress, ...args: Parameters<Calls[Call]>) => ReturnType<Calls[Call]> } = {
  async open(onProgress, { engine }) {
    opened = await openedCheckpoint(new URL('.', location.href), engine, onProgress);
    return opened.description;
  },
  inspect: async (_, input) => inspectRecording(await readableRecording(input)),
  predict: (onProgress, input, options) => predictRecording(checkpoint(), input, options, onProgress),
  scores: async (_, enrolled, tested) => similarity(checkpoint().description.settings, enrolled, tested),
};

// one after the other: a model and an engine serve one at a time
let last: Promise<unknown> = Promise.resolve();
addEventListener('message', ({ data }: MessageEvent<Request>) => {
  last = last.then(() => answer(data));
});

async function answer({ id, call, args }: Request): Promise<void> {
  const reply = (message: Reply) => postMessage(message);
  try {
    const perform = calls[call] as (onProgress: Progress, ...args: readonly unknown[]) => Promise<unknown>;
    reply({ id, result: await perform((progress) => reply({ id, progress }), ...args) });
  } catch (error) {
    reply({ id, error: said(error) });
  }
}

function said(error: unknown): { readonly message: string; readonly expected: boolean } {
  const expected = typeof error === 'object' && error !== null && Symbol.for('s3.error') in error;
  return { message: error instanceof Error ? error.message : String(error), expected };
}
