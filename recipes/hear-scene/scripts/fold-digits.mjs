// The Free Spoken Digit Dataset as a HEAR task of scenes with a fold for each speaker: node fold-digits.mjs RECORDINGS TASK
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';

const [, , recordings, task] = process.argv;
const speakers = ['george', 'jackson', 'lucas', 'nicolas', 'theo', 'yweweler'];
const write = (name, value) => writeFileSync(`${task}/${name}`, value);
for (const [fold, speaker] of speakers.entries()) {
  const files = readdirSync(recordings).filter((file) => file.includes(`_${speaker}_`));
  mkdirSync(`${task}/8000/fold0${fold}`, { recursive: true });
  for (const file of files) copyFileSync(`${recordings}/${file}`, `${task}/8000/fold0${fold}/${file}`);
  write(`fold0${fold}.json`, JSON.stringify(Object.fromEntries(files.map((file) => [file, [file[0]]]))));
}
write('labelvocabulary.csv', `idx,label\n${[...'0123456789'].map((digit) => `${digit},${digit}\n`).join('')}`);
const evaluation = ['top1_acc', 'mAP', 'd_prime', 'aucroc'];
write(
  'task_metadata.json',
  JSON.stringify({ task_name: 'spoken_digit', embedding_type: 'scene', prediction_type: 'multiclass', nfolds: 6, evaluation }),
);
