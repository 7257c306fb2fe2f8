// Small checkpoints of each kind of page.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAudio, wavBytes } from '@s3/dataio';
import { smallEncoder } from '../small-encoder.mjs';
import { at, csv, recordings, run, scratch, table, wordsOf } from './scratch.mjs';

/** Two people in turns, in a file, and who speaks when in it. */
async function conversation(name, rows) {
  const pieces = [];
  const turns = [];
  let samples = 0;
  for (const row of rows) {
    const waveform = (await readAudio(row.wav_path, { sampleRate: 16_000 })).subarray(0, 32_000);
    turns.push([name, row.spk, (samples / 16_000).toFixed(2), ((samples + waveform.length) / 16_000).toFixed(2)]);
    pieces.push(waveform);
    samples += waveform.length;
  }
  const whole = new Float32Array(samples);
  let place = 0;
  for (const piece of pieces) {
    whole.set(piece, place);
    place += piece.length;
  }
  writeFileSync(at(`${name}.wav`), wavBytes(whole, 16_000));
  return turns;
}

let trainings = 0;
/** A checkpoint after some steps: enough to say something, and to know three voices, not more. */
export function train(recipe, total, ...settings) {
  const target = at(`${recipe}-${++trainings}`);
  const steps = ['--training.totalSteps', total, '--training.saveStep', total, '--training.logStep', '6', '--workers', '0'];
  run('run', recipe, '--targetDir', target, '--engine', 'wasm', '--upstream.name', 'fbank', ...steps, ...settings);
  return join(target, `train/step_${total}`);
}

export async function checkpoints() {
  const speakers = [...new Set(recordings.map(({ spk }) => spk))];
  const [first, second] = speakers.map((speaker) => recordings.filter(({ spk }) => spk === speaker));
  const turns = await conversation('conversation', [first[0], second[0], first[1], second[1]]);
  for (const set of ['train', 'dev', 'test']) {
    mkdirSync(at(`kaldi/${set}`), { recursive: true });
    const write = (file, lines) => writeFileSync(at(`kaldi/${set}/${file}`), `${lines.join('\n')}\n`);
    write('wav.scp', [`conversation ${at('conversation.wav')}`]);
    write(
      'segments',
      turns.map(([recording, , start, end], index) => `turn-${index} ${recording} ${start} ${end}`),
    );
    write(
      'utt2spk',
      turns.map(([, speaker], index) => `turn-${index} ${speaker}`),
    );
    write('reco2dur', [`conversation ${turns.at(-1)[3]}`]);
  }
  const trials = recordings.flatMap((one, index) =>
    recordings.slice(index + 1).map((other) => [one.id, other.id, one.wav_path, other.wav_path, one.spk === other.spk ? 1 : 0]),
  );
  const small = wordsOf('--downstream.hiddenSize 32 --downstream.tdnnSize 32 --downstream.aggregationSize 64 --downstream.outputSize 32');
  const encoder = ['--upstream.name', 'hf_custom', '--upstream.path', smallEncoder(scratch), '--trainData.maxSeconds', '1'];
  const labels = table('labels.csv', 'label', ({ spk }) => spk);
  const labelled = ['--corpus.train', labels, '--corpus.valid', labels, '--corpus.tests', labels];
  const texts = table('texts.csv', 'transcription', ({ spk }) => spk.toUpperCase());
  return {
    asv: train(
      'superb-asv',
      '60',
      ...small,
      ...['--corpus.train', table('speakers.csv', 'spk', ({ spk }) => spk)],
      ...['--corpus.tests', csv('trials.csv', ['id1', 'id2', 'wav_path1', 'wav_path2', 'label'], trials)],
      ...wordsOf('--downstream.batchNorm true --trainData.minSeconds 0.5 --trainData.maxSeconds 1 --trainBatches.batchSize 8'),
      ...wordsOf('--optimizer.learningRate 1e-3 --training.gradientAccumulate 1'),
    ),
    pretrained: train('superb-sid', '12', ...labelled, ...encoder),
    ks: train('superb-ks', '12', ...labelled, '--optimizer.learningRate', '1e-2'),
    asr: train(
      'superb-asr',
      '12',
      ...['--corpus.train', texts, '--corpus.tests', texts],
      ...wordsOf('--downstream.projectionSize 16 --downstream.hiddenSizes [8] --downstream.dropout [0] --downstream.downsampling [2]'),
      ...wordsOf('--training.evalStep null --optimizer.learningRate 1e-2'),
    ),
    sd: train(
      'superb-sd',
      '12',
      ...['--corpus.root', at('kaldi')],
      ...wordsOf('--downstream.hiddenSize 16 --optimizer.learningRate 3e-2 --training.gradientAccumulate 1'),
      ...wordsOf('--trainData.chunkFrames 300 --training.evalStep 12'),
    ),
  };
}
