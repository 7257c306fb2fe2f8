// Scenes of 20 s made of the Free Spoken Digit Dataset as a HEAR task of events: node place-digits.mjs RECORDINGS TASK
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const [, , recordings, task] = process.argv;
const rate = 8000;
const samplesOf = (file) => {
  const bytes = readFileSync(`${recordings}/${file}`);
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length - ((bytes.length - 44) % 2)));
};
let state = 1;
const random = () => {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};
const splits = { test: (index) => index < 5, valid: (index) => index >= 5 && index < 10, train: (index) => index >= 10 };
const files = readdirSync(recordings)
  .filter((file) => file.endsWith('.wav'))
  .sort();
for (const [split, holds] of Object.entries(splits)) {
  const own = files
    .filter((file) => holds(Number(file.split('_')[2].replace('.wav', ''))))
    .map((file) => [random(), file])
    .sort(([a], [b]) => a - b);
  const said = {};
  mkdirSync(`${task}/8000/${split}`, { recursive: true });
  for (let first = 0; first + 20 <= own.length; first += 20) {
    const mixture = new Int16Array(20 * rate);
    const name = `${split}${first / 20}.wav`;
    said[name] = own.slice(first, first + 20).map(([, file]) => {
      const digit = samplesOf(file);
      const start = Math.floor(random() * (mixture.length - digit.length));
      digit.forEach((sample, index) => {
        mixture[start + index] = Math.max(-32768, Math.min(32767, mixture[start + index] + sample));
      });
      return { label: file[0], start: (1000 * start) / rate, end: (1000 * (start + digit.length)) / rate };
    });
    const header = Buffer.alloc(44);
    header.write('RIFF');
    header.writeUInt32LE(36 + 2 * mixture.length, 4);
    header.write('WAVEfmt ', 8);
    header.writeUInt32LE(16, 16);
    header.writeUInt16LE(1, 20);
    header.writeUInt16LE(1, 22);
    header.writeUInt32LE(rate, 24);
    header.writeUInt32LE(2 * rate, 28);
    header.writeUInt16LE(2, 32);
    header.writeUInt16LE(16, 34);
    header.write('data', 36);
    header.writeUInt32LE(2 * mixture.length, 40);
    writeFileSync(`${task}/8000/${split}/${name}`, Buffer.concat([header, Buffer.from(mixture.buffer)]));
  }
  writeFileSync(`${task}/${split}.json`, JSON.stringify(said));
}
writeFileSync(`${task}/labelvocabulary.csv`, `idx,label\n${[...'0123456789'].map((digit) => `${digit},${digit}\n`).join('')}`);
const evaluation = ['event_onset_200ms_fms', 'segment_1s_er'];
writeFileSync(
  `${task}/task_metadata.json`,
  JSON.stringify({ task_name: 'digits', embedding_type: 'event', prediction_type: 'multilabel', evaluation }),
);
