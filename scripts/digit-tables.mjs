// The Free Spoken Digit Dataset at 16 kHz with the tables on which figures in READMEs were measured:
//   git clone https://github.com/Jakobovski/free-spoken-digit-dataset
//   node scripts/digit-tables.mjs free-spoken-digit-dataset/recordings digits
// In every table recordings 0 to 4 of a speaker and digit (or what is joined of them) are for the test.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAudio, resample, wavBytes, writeTable } from '../packages/dataio/dist/index.js';

const [, , recordings, out] = process.argv;
if (!recordings || !out) throw new Error('usage: node scripts/digit-tables.mjs RECORDINGS FOLDER');
const speakers = ['george', 'jackson', 'lucas', 'nicolas', 'theo', 'yweweler'];
const words = ['ZERO', 'ONE', 'TWO', 'THREE', 'FOUR', 'FIVE', 'SIX', 'SEVEN', 'EIGHT', 'NINE'];
const indices = Array.from({ length: 50 }, (_, index) => index);
const isTest = ({ index }) => index < 5;

/** Samples at 8 kHz. */
const spoken = (digit, speaker, index) => readAudio(join(recordings, `${digit}_${speaker}_${index}.wav`), { sampleRate: 8000 });
const joined = (parts) => Float32Array.from(parts.flatMap((part) => [...part]));

/** Writes a recording at 16 kHz; gives its path from the tables, and its seconds. */
function record(folder, id, samples) {
  const waveform = resample(samples, 8000, 16_000);
  writeFileSync(join(out, folder, `${id}.wav`), wavBytes(waveform, 16_000));
  return { id, wav_path: `${folder}/${id}.wav`, seconds: waveform.length / 16_000 };
}

/** Numbers that anyone can draw again: x becomes (75 x + 74) mod 65537, and the first four are passed over. */
function numbers(seed) {
  let x = seed;
  const next = () => {
    x = (x * 75 + 74) % 65_537;
    return x;
  };
  for (let passed = 0; passed < 4; passed++) next();
  return next;
}

/** Ten seconds of noise at 16 kHz, none of it recorded: `white`, `pink` (louder the lower), `hum` of 50 Hz and its multiples, `gusts` of white noise. */
function recordNoises(folder, seed) {
  mkdirSync(join(out, folder), { recursive: true });
  const next = numbers(seed);
  const white = Float32Array.from({ length: 160_000 }, () => next() / 32_768 - 1);
  let slow = 0;
  const kinds = {
    white,
    pink: white.map((value) => {
      slow = 0.97 * slow + 0.1 * value;
      return slow + 0.05 * value;
    }),
    hum: white.map(
      (value, at) => [1, 2, 3, 5, 7, 9].reduce((sum, times) => sum + Math.sin(at * times * (Math.PI / 160)) / times, value / 8) / 3,
    ),
    gusts: white.map((value, at) => value * Math.max(0, Math.sin(at / (2500 + seed))) ** 2),
  };
  for (const [name, samples] of Object.entries(kinds)) {
    writeFileSync(
      join(out, folder, `${name}.wav`),
      wavBytes(
        samples.map((value) => value / 4),
        16_000,
      ),
    );
  }
}
recordNoises('noise.train', 1);
recordNoises('noise.test', 1001);

const tables = [];
const table = (name, columns, rows) =>
  tables.push(
    writeTable(
      join(out, `${name}.csv`),
      rows.map((row) => Object.fromEntries(columns.map((column) => [column, String(row[column])]))),
    ),
  );
const split = (name, columns, rows) => {
  table(
    `${name}.train`,
    columns,
    rows.filter((row) => !isTest(row)),
  );
  table(`${name}.test`, columns, rows.filter(isTest));
};

for (const folder of ['digit', 'ten', 'five', 'pair', 'two-speakers']) mkdirSync(join(out, folder), { recursive: true });
const [digits, tens, sentences, segments] = [[], [], [], []];
for (const [place, speaker] of speakers.entries()) {
  for (const index of indices) {
    const all = await Promise.all(words.map((_, digit) => spoken(digit, speaker, index)));
    for (const [digit, samples] of all.entries()) {
      digits.push({ ...record('digit', `${digit}_${speaker}_${index}`, samples), digit: `d${digit}`, speaker, index });
    }
    tens.push({ ...record('ten', `${speaker}_${index}`, joined(all)), spk: speaker, index });
    const next = numbers(1 + place * 50 + index);
    const order = words.map((_, digit) => digit);
    for (let last = 9; last > 0; last--) {
      const other = next() % (last + 1);
      [order[last], order[other]] = [order[other], order[last]];
    }
    for (const half of [0, 1]) {
      const five = order.slice(half * 5, half * 5 + 5);
      const sentence = record('five', `${speaker}_${index}_${half}`, joined(five.map((digit) => all[digit])));
      sentences.push({ ...sentence, transcription: five.map((digit) => words[digit]).join(' '), speaker, index });
    }
  }
}

const pairs = speakers.flatMap((one, place) => speakers.slice(place + 1).map((other) => [one, other]));
for (const [pair, both] of pairs.entries()) {
  for (const index of indices) {
    const next = numbers(1 + pair * 50 + index);
    const id = `${both.join('-')}-${String(index).padStart(2, '0')}`;
    const placed = [];
    for (const speaker of both) {
      let start = 0;
      for (let turn = 0; turn < 6; turn++) {
        start += (next() % 8) * 800;
        const samples = await spoken(next() % 10, speaker, index);
        placed.push({ speaker, start, samples });
        start += samples.length;
      }
    }
    const mixed = new Float32Array(Math.max(...placed.map(({ start, samples }) => start + samples.length)));
    for (const { start, samples } of placed) for (const [at, value] of samples.entries()) mixed[start + at] += value;
    const { wav_path, seconds } = record(
      'two-speakers',
      id,
      mixed.map((value) => Math.max(-1, Math.min(1, value))),
    );
    for (const [turn, { speaker, start, samples }] of placed.entries()) {
      const [start_sec, end_sec] = [start / 8000, (start + samples.length) / 8000];
      segments.push({ record_id: id, wav_path, utt_id: `${id}_${turn}`, speaker, start_sec, end_sec, duration: seconds, index });
    }
  }
}

const trials = (rows) =>
  rows.flatMap((one, at) =>
    rows.slice(at + 1).map((other) => ({
      ...{ id1: one.id, id2: other.id, wav_path1: one.wav_path, wav_path2: other.wav_path },
      label: Number(one.spk === other.spk),
    })),
  );
const trialColumns = ['id1', 'id2', 'wav_path1', 'wav_path2', 'label'];
const labelled = ['id', 'wav_path', 'label'];
const isUnheard = ({ spk }) => spk === 'george' || spk === 'lucas';
table(
  'asv-closed.train',
  ['id', 'wav_path', 'spk'],
  tens.filter((row) => !isTest(row)),
);
table('asv-closed.trials', trialColumns, trials(tens.filter(isTest)));
table(
  'asv-open.train',
  ['id', 'wav_path', 'spk'],
  tens.filter((row) => !isUnheard(row)),
);
table('asv-open.trials', trialColumns, trials(tens.filter(isUnheard)));
split('asr', ['id', 'wav_path', 'transcription'], sentences);
split('speech', ['id', 'wav_path', 'speaker'], sentences);
const searched = sentences.filter((row) => !isTest(row));
table('qbe.documents', ['id', 'wav_path'], searched);
for (const [name, said] of [
  ['qbe.dev', [0, 1]],
  ['qbe.eval', [2, 3]],
]) {
  const queries = [];
  for (const [first] of words.entries()) {
    for (const speaker of speakers) {
      for (const index of said) {
        const both = [first, (first + 1 + index) % 10];
        const samples = joined(await Promise.all(both.map((digit) => spoken(digit, speaker, index))));
        const having = searched.filter(({ transcription }) => transcription.includes(both.map((digit) => words[digit]).join(' ')));
        queries.push({
          ...record('pair', `${both.join('')}_${speaker}_${index}`, samples),
          documents: having.map(({ id }) => id).join(' '),
        });
      }
    }
  }
  table(name, ['id', 'wav_path', 'documents'], queries);
}
split(
  'sid',
  labelled,
  digits.map((row) => ({ ...row, label: row.speaker })),
);
const keywords = digits.map((row) => ({ ...row, label: row.digit }));
split('ks', labelled, keywords);
table(
  'ks.fit',
  labelled,
  keywords.filter(({ index }) => index >= 10),
);
table(
  'ks.valid',
  labelled,
  keywords.filter(({ index }) => index >= 5 && index < 10),
);
for (const speaker of speakers) {
  const own = keywords.filter((row) => row.speaker === speaker);
  table(
    `${speaker}.train`,
    labelled,
    own.filter(({ index }) => index >= 5 && index < 15),
  );
  table(
    `${speaker}.test`,
    labelled,
    own.filter(({ index }) => index >= 15 && index < 25),
  );
}
split('sd', ['record_id', 'wav_path', 'utt_id', 'speaker', 'start_sec', 'end_sec', 'duration'], segments);
await Promise.all(tables);
