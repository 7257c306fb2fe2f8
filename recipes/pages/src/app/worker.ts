/** Computes beside the page, so that the page stays alive: loads the checkpoint, reads recordings, predicts. */
import { fetchDecoders } from '@s3/dataio';
import { answerCalls } from './calls/answer-calls.ts';
import { openedCheckpoint } from './open-checkpoint.ts';
import { predictRecording } from './predict-recording.ts';
import type { CallProgress, Calls } from './protocol.ts';
import { inspectRecording, readableRecording } from './recordings/readable-recording.ts';
import { similarity } from './similarity.ts';
import { voicesIn, voicesText } from './voices-file.ts';

/** a file that is larger is none with voices in it */
const mostVoicesBytes = 2 ** 26;

let opened: Awaited<ReturnType<typeof openedCheckpoint>> | undefined;
const checkpoint = () => {
  if (!opened) throw new Error('the worker was asked before a checkpoint was opened');
  return opened;
};

answerCalls<Calls, CallProgress>(globalThis, {
  async open(engine, { tell }) {
    opened = await openedCheckpoint(new URL('.', location.href), engine, tell);
    // the page then needs its server no longer; what does not arrive is asked for again by the file that needs it
    void fetchDecoders().catch(() => {});
    return opened.description;
  },
  inspect: async (input) => inspectRecording(await readableRecording(input)),
  predict: (input, options, { tell }) => predictRecording(checkpoint(), input, options, tell),
  scores: async (enrolled, tested) => similarity(checkpoint().description.settings, enrolled, tested),
  voicesText: async (people) => voicesText(checkpoint().description, people),
  openVoices: async (file) => voicesIn(checkpoint().description, file.size > mostVoicesBytes ? '' : await file.text(), file.name),
});
