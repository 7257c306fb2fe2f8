import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { wavBytes } from '@s3/dataio';
import { someRecordings, trainCsv } from '@s3/quickstart-data';
import superbAsv from '@s3/superb-asv';
import { zipFiles } from '@s3/trainer/memory';
import { expect, test, vi } from 'vitest';
import { addDumpCommand } from './dump/dump-command.ts';
import { addEmbedCommand } from './embed/embed-command.ts';
import { addExportCommand } from './export-command.ts';
import { addPredictCommand } from './predict-command.ts';
import { runCommand } from './run-command.fixture.ts';
import { addScoreCommand } from './score/score-command.ts';
import { addServeCommand } from './serve-command.ts';
import { checkUpstream } from './upstream/check-upstream.ts';
import { addUpstreamCommand } from './upstream/upstream-command.ts';

const s3 = (...argv: string[]) =>
  runCommand(argv, (command, program) => {
    addExportCommand(command, program);
    addPredictCommand(command, program);
    addEmbedCommand(command, program);
    addDumpCommand(command, program);
    addServeCommand(command, program);
    addScoreCommand(command, program);
    addUpstreamCommand(command, program);
  });

test('predicts with a checkpoint: one line for each file, the same whoever stands beside it', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 's3-predict-'));
  const rows = readFileSync(trainCsv, 'utf8').trim().split('\n').slice(1);
  const wavs = [...rows.slice(0, 2), ...rows.slice(-2)].map((row) => row.split(',') as [string, string, string]);
  const pathOf = ([, path]: readonly [string, string, string]) => join(dirname(trainCsv), path);
  writeFileSync(join(folder, 'train.csv'), `id,wav_path,spk\n${wavs.map((wav) => `${wav[0]},${pathOf(wav)},${wav[2]}`).join('\n')}\n`);
  const trial = (a: number, b: number, label: number) => `${wavs[a]![0]},${wavs[b]![0]},${pathOf(wavs[a]!)},${pathOf(wavs[b]!)},${label}`;
  writeFileSync(join(folder, 'trials.csv'), `id1,id2,wav_path1,wav_path2,label\n${trial(0, 1, 1)}\n${trial(0, 2, 0)}\n`);
  const sizes = ['hiddenSize', 'tdnnSize', 'aggregationSize', 'outputSize'].flatMap((name) => [`--downstream.${name}`, '8']);
  const data = ['--corpus.train', join(folder, 'train.csv'), '--corpus.tests', join(folder, 'trials.csv')];
  const training = ['--training.totalSteps', '1', '--training.gradientAccumulate', '1', '--trainData.minSeconds', '0.2', '--workers', '0'];
  const target = join(folder, 'exp');
  const given = ['--upstream.name', 'fbank', '--engine', 'cpu', ...data, ...sizes, ...training];
  const run = await s3('run', 'superb-asv', '--targetDir', target, ...given);
  expect(run.code, run.stderr).toBe(0);

  const checkpoint = join(target, 'train', 'step_1');
  const files = wavs.map(pathOf);
  const { code, stdout, stderr } = await s3('predict', checkpoint, ...files, '--engine', 'cpu');
  expect(code, stderr).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ path }) => path)).toEqual(files);
  for (const { prediction } of lines) expect(prediction).toHaveLength(8);
  const alone = await s3('predict', checkpoint, files[2]!, '--engine', 'cpu');
  expect(JSON.parse(alone.stdout)).toEqual(lines[2]);

  const exported = await s3('export', checkpoint, join(folder, 'asv.onnx'), '--engine', 'cpu', '--json');
  expect(exported.code, exported.stderr).toBe(0);
  const { bytes, largestDifference } = JSON.parse(exported.stdout);
  expect(readFileSync(join(folder, 'asv.onnx')).length).toBe(bytes);
  expect(largestDifference).toBeLessThan(1e-4);

  const zip = join(folder, 'voices.zip');
  const named = readdirSync(checkpoint).map((name) => [`voices/${name}`, readFileSync(join(checkpoint, name))] as const);
  writeFileSync(zip, zipFiles(new Map(named)));
  expect(await s3('predict', zip, ...files, '--engine', 'cpu')).toMatchObject({ code: 0, stdout });
  // settings over those of a zip, as over those of a folder: another upstream that hears otherwise, and words about what is none
  const settings = ['--upstream.name', 'fbank_no_cmvn', '--engine', 'cpu'];
  const changed = await s3('predict', zip, files[2]!, ...settings);
  expect(changed).toEqual(await s3('predict', checkpoint, files[2]!, ...settings));
  expect(JSON.parse(changed.stdout).prediction).not.toEqual(lines[2].prediction);
  const refused = await s3('predict', zip, files[0]!, '--task.scoring', 'x', '--task.scorng', 'cosine');
  expect(refused.stderr).toMatch(/task\.scorng \(command line\).*task\.scoring \(command line\): found 'x'/s);
  expect(refused.code).toBe(1);
  // what would make no difference is refused, and what is as it was is none
  for (const saved of [zip, checkpoint]) {
    const unread = await s3('predict', saved, files[0]!, '--training.totalSteps', '9', '--task.scoring', 'euclidean', '--engine', 'cpu');
    expect(unread.stderr).toMatch(
      /found settings of training, which predicting does not read; expected .*upstream, featurizer, downstream/,
    );
    expect((await s3('predict', saved, files[0]!, '--training.totalSteps', '1', '--engine', 'cpu')).code).toBe(0);
  }
  const fromZip = await s3('export', zip, join(folder, 'zip.onnx'), '--engine', 'cpu', '--json');
  expect(fromZip.code, fromZip.stderr).toBe(0);
  expect(readFileSync(join(folder, 'zip.onnx'))).toEqual(readFileSync(join(folder, 'asv.onnx')));
  expect((await s3('test', zip)).stderr).toContain('a checkpoint without the tables of its run');
  const short = join(folder, 'short.wav');
  writeFileSync(short, wavBytes(new Float32Array(80), 16_000));
  expect((await s3('predict', checkpoint, short, '--engine', 'cpu')).stderr).toContain(
    'short.wav: found 0.005 s of audio; expected at least 0.1',
  );
  const wrong = await s3('predict', target, files[0]!);
  expect(wrong).toMatchObject({ code: 1 });
  expect(wrong.stderr).toContain('no state.json');

  // and that of a recipe of one's own, which is said where it is needed
  vi.stubGlobal('ownRecipe', superbAsv.with({}, { name: 'own-asv' }));
  const module = join(folder, 'own-asv.mjs');
  writeFileSync(module, 'export default globalThis.ownRecipe;\n');
  expect((await s3('run', module, '--targetDir', join(folder, 'own'), ...given)).code).toBe(0);
  const own = join(folder, 'own', 'train', 'step_1');
  const unknown = await s3('predict', own, files[0]!, '--engine', 'cpu');
  expect(unknown.stderr).toContain("the recipe 'own-asv'; expected one of superb-asv, ");
  expect(unknown.stderr).toContain('--recipe ./');
  const said = ['--recipe', module, '--engine', 'cpu'];
  expect(await s3('predict', own, ...files, ...said)).toMatchObject({ code: 0, stdout });
  const outputs = await Promise.all([
    s3('export', own, join(folder, 'own.onnx'), ...said),
    s3('embed', own, '--out', join(folder, 'embeddings'), ...said, ...files),
    s3('dump', '--checkpoint', own, '--content', 'featurized', '--out', join(folder, 'features'), ...said, ...files),
    s3('serve', own, '--recipe', join(folder, 'none.mjs')),
  ]);
  expect(outputs.map(({ code }) => code)).toEqual([0, 0, 0, 1]);
  expect(outputs[3]!.stderr).toContain('none.mjs: found no such file');
});

test('says who speaks when as RTTM, with a speaker model too, and refuses one where it is of no use', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 's3-predict-'));
  const recordings = someRecordings(3, 2);
  const wav = ({ wav_path }: { readonly wav_path: string }) => wav_path;
  writeFileSync(
    join(folder, 'sd.csv'),
    `record_id,wav_path,utt_id,speaker,start_sec,end_sec\n${recordings.map((row) => `${row.id},${wav(row)},${row.id}-0,${row.spk},0.1,0.8\n`).join('')}`,
  );
  writeFileSync(join(folder, 'asv.csv'), `id,wav_path,spk\n${recordings.map((row) => `${row.id},${wav(row)},${row.spk}\n`).join('')}`);
  const [a, b] = [recordings[0]!, recordings[2]!];
  writeFileSync(
    join(folder, 'trials.csv'),
    `id1,id2,wav_path1,wav_path2,label\n${a.id},${b.id},${wav(a)},${wav(b)},0\n${b.id},${recordings[3]!.id},${wav(b)},${wav(recordings[3]!)},1\n`,
  );
  const common = [
    '--upstream.name',
    'fbank',
    '--engine',
    'cpu',
    '--workers',
    '0',
    '--training.totalSteps',
    '1',
    '--training.gradientAccumulate',
    '1',
  ];
  const set = (section: string, settings: object) =>
    Object.entries(settings).flatMap(([name, value]) => [`--${section}.${name}`, String(value)]);
  const sd = join(folder, 'sd');
  const data = set('corpus', { train: join(folder, 'sd.csv'), tests: join(folder, 'sd.csv') });
  const trained = await s3(
    'run',
    'superb-sd',
    '--targetDir',
    sd,
    ...common,
    ...data,
    '--training.evalStep',
    'null',
    '--downstream.hiddenSize',
    '4',
  );
  expect(trained.code, trained.stderr).toBe(0);
  const asv = join(folder, 'asv');
  const sizes = set('downstream', { hiddenSize: 8, tdnnSize: 8, aggregationSize: 8, outputSize: 8 });
  const voices = set('corpus', { train: join(folder, 'asv.csv'), tests: join(folder, 'trials.csv') });
  const known = await s3('run', 'superb-asv', '--targetDir', asv, ...common, ...voices, ...sizes, '--trainData.minSeconds', '0.2');
  expect(known.code, known.stderr).toBe(0);

  const [diarizer, embedder] = [join(sd, 'train', 'step_1'), join(asv, 'train', 'step_1')];
  const chunks = set('task.recordings', { chunkSeconds: 0.6, overlapSeconds: 0.2 });
  for (const options of [[], ['--speakerModel', embedder, '--speakers', '3']]) {
    const { code, stdout, stderr } = await s3('predict', diarizer, wav(a), '--engine', 'cpu', ...options, ...chunks);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`predict ${a.id}`);
    for (const line of stdout.split('\n').filter(Boolean)) {
      expect(line).toMatch(new RegExp(`^SPEAKER ${a.id} 1 \\d+\\.\\d{3} \\d+\\.\\d{3} <NA> <NA> ${a.id}_[0-2] <NA> <NA>$`));
    }
  }
  const json = await s3('predict', diarizer, wav(a), '--engine', 'cpu', '--format', 'json');
  expect(JSON.parse(json.stdout)).toMatchObject({ path: wav(a), prediction: expect.any(Array) });

  const wrong = await s3('predict', embedder, wav(a), '--engine', 'cpu', '--speakerModel', embedder);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain('one that says who speaks when');
});

test('lists and checks upstreams', async () => {
  const list = JSON.parse((await s3('upstream', 'list', '--json')).stdout) as { name: string; hub: string | null }[];
  expect(list).toContainEqual({ name: 'hubert_base', hub: 'facebook/hubert-base-ls960' });
  expect(list).toContainEqual({ name: 'fbank', hub: null });

  const [first, second] = [await s3('upstream', 'check', 'fbank', '--json'), await s3('upstream', 'check', 'fbank', '--json')];
  const checked = JSON.parse(first.stdout);
  expect(checked).toMatchObject({
    name: 'fbank',
    sampleRate: 16_000,
    layers: [{ size: 240, downsampleRate: 160 }],
    parameters: 0,
    trainable: false,
  });
  expect(checked.fingerprint[0]).toBeGreaterThan(0);
  expect(JSON.parse(second.stdout).fingerprint).toEqual(checked.fingerprint);

  expect(checked.frames).toEqual([100]);
  const people = await s3('upstream', 'check', '--upstream.name', 'fbank', '--upstream.normalize');
  expect(people.stdout).toMatch(/layer +features +samples a frame +frames of 1 s +mean magnitude on a tone/);
  expect(people.stdout).not.toContain(checked.fingerprint[0].toPrecision(6));

  const unknown = await s3('upstream', 'check', 'fbanc');
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toContain('Did you mean fbank?');
  const nothing = await s3('upstream', 'check');
  expect(nothing.stderr).toContain('give upstream.name, or upstream.path');
  expect((await s3('upstream', 'check', 'fbank', '--upstream.nonsense', '1')).stderr).toContain('upstream.nonsense (command line)');
});

test('checks an upstream component of a module, with settings of its own', async () => {
  const folder = mkdtempSync(join(import.meta.dirname, '.s3-upstream-'));
  const module = (name: string, frames: string, value: string) => {
    const text = `
      import { defineComponent, moduleOf } from '@s3/interface';
      import * as tf from '@tensorflow/tfjs-core';
      import { z } from 'zod';
      export const blocks = defineComponent({
        name: 'blocks',
        config: z.object({ floor: z.number().describe('added to everything') }),
        build: (_, { floor }) => ({
          ...moduleOf({}),
          sampleRate: 8000,
          layers: [{ size: 2, downsampleRate: 80 }],
          extract: async ({ lengths }) => [{ values: tf.fill([lengths.length, ${frames}, 2], ${value}), lengths: lengths.map(() => ${frames}) }],
        }),
      });`;
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  try {
    const good = await s3('upstream', 'check', module('good.mjs', '100', 'floor'), '--upstream.floor', '0.25', '--json');
    expect(JSON.parse(good.stdout || '{}'), good.stderr).toMatchObject({ sampleRate: 8000, frames: [100], fingerprint: [0.25] });
    expect((await s3('upstream', 'check', join(folder, 'good.mjs'))).stderr).toContain('upstream.floor: found no value');
    const short = await s3('upstream', 'check', module('short.mjs', '99', 'floor'), '--upstream.floor', '1');
    expect(short.stderr).toContain('layer 0 of shape [1,99,2] with 99 frames for 8000 samples; expected [1,100,2]');
    const mad = await s3('upstream', 'check', module('mad.mjs', '100', 'Number.NaN'), '--upstream.floor', '1');
    expect(mad).toMatchObject({ code: 1, stderr: expect.stringContaining('values that are no numbers in layer 0') });
    writeFileSync(join(folder, 'none.mjs'), 'export const nothing = 1;');
    expect((await s3('upstream', 'check', join(folder, 'none.mjs'))).stderr).toContain('no component');
    expect((await s3('upstream', 'check', join(folder, 'absent.mjs'))).stderr).toContain('no such file');
    // a package finds itself by its name, too
    const place = join(folder, 'blocks');
    mkdirSync(place, { recursive: true });
    cpSync(join(folder, 'good.mjs'), join(place, 'good.mjs'));
    const manifest = (contract: string) =>
      writeFileSync(
        join(place, 'package.json'),
        JSON.stringify({ name: 'whale-blocks', version: '1.0.0', exports: './good.mjs', peerDependencies: { '@s3/interface': contract } }),
      );
    manifest('*');
    const installed = await checkUpstream('whale-blocks', ['--upstream.floor', '0.25'], place);
    expect(installed).toMatchObject({ name: 'whale-blocks', fingerprint: [0.25] });
    manifest('^9.0.0');
    expect((await s3('upstream', 'check', join(place, 'good.mjs'), '--upstream.floor', '1')).stderr).toMatch(
      /found whale-blocks 1\.0\.0, made for @s3\/interface \^9\.0\.0; expected one for \d.* newer than this s3/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('says what is wrong with a checkpoint, and runs nothing of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 's3-upstream-'));
  const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
  write('config.json', JSON.stringify({ model_type: 'hubert' }));
  const said = async () => (await s3('upstream', 'check', '--upstream.path', folder)).stderr;
  const huge = Buffer.alloc(64);
  huge.writeBigUInt64LE(2n ** 60n);
  write('model.safetensors', huge);
  expect(await said()).toContain('model.safetensors: found a header of 1152921504606846976 bytes in a file of 64; expected at most 56');
  const head = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  write('model.safetensors', Buffer.concat([length, Buffer.from(head), Buffer.alloc(5)]));
  expect(await said()).toContain(`found ${head.length + 13} bytes; expected ${head.length + 16}, by its header`);
  rmSync(join(folder, 'model.safetensors'));
  // what pickle.dumps(x) gives where x asks for os.system('touch FOLDER/run')
  write('pytorch_model.bin', Buffer.from(`\x80\x03cposix\nsystem\nX${String.fromCharCode(6)}\0\0\0touch \x85R.`, 'latin1'));
  expect(await said()).toContain('a program that is not plain data, of which nothing was run: it names posix.system');
  expect(readdirSync(folder).sort()).toEqual(['config.json', 'pytorch_model.bin']);
});

test('exports only what is a checkpoint, and leaves nothing behind otherwise', async () => {
  const folder = mkdtempSync(join(tmpdir(), 's3-export-'));
  const engines: string[] = [];
  const selectEngine = async (name: string) => {
    engines.push(name);
    return { name: 'cpu', library: 'none', reason: 'a test' } as const;
  };
  const { code, stderr } = await runCommand(['upstream', 'export', folder, join(folder, 'out.onnx'), '--offline'], addUpstreamCommand, {
    selectEngine,
  });
  // others hold every weight a second time
  expect(engines).toEqual(['cpu']);
  expect(code).toBe(1);
  expect(stderr).toContain(folder);
  expect(readdirSync(folder)).toEqual([]);
});

test('scores RTTM files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 's3-score-'));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const line = (recording: string, start: number, duration: number, speaker: string) =>
    `SPEAKER ${recording} 1 ${start} ${duration} <NA> <NA> ${speaker} <NA> <NA>\n`;
  const reference = write('ref.rttm', line('one', 0, 4, 'ann') + line('one', 4, 4, 'bob') + line('two', 0, 2, 'ann'));
  const hypothesis = write('hyp.rttm', line('one', 0, 5, 'x') + line('one', 5, 3, 'y'));
  const der = (...more: string[]) => s3('score', 'der', '--reference', reference, '--hypothesis', hypothesis, ...more);

  const table = await der('--collarSecondsPerSide', '0.25');
  expect(table.code, table.stderr).toBe(0);
  expect(table.stdout).toMatch(/one +10\.71 +0\.00 +0\.00 +10\.71/);
  expect(table.stdout).toMatch(/OVERALL +26\.47/);
  expect(table.stdout).toContain('collar 0.25 s on each side (0.5 s in all), overlap scored, all time, definitions of pyannote');
  expect(table.stdout).toContain('in the reference alone, all missed: two');

  const json = JSON.parse((await der('--json', '--uem', write('all.uem', 'one 1 0 6\n'))).stdout);
  expect(json).toMatchObject({ overall: { der: 1 / 6, confusion: 1, total: 6 }, unscored: ['two'], settings: { collarSecondsPerSide: 0 } });

  const twice = write('twice.rttm', line('one', 0, 2, 'x') + line('one', 1, 2, 'x'));
  const repeated = await s3('score', 'der', '--reference', reference, '--hypothesis', twice);
  expect(repeated.stdout).toContain(`in the hypothesis (each counts, as for pyannote.metrics): ${twice}, row 2`);

  const strange = await s3('score', 'der', '--reference', reference, '--hypothesis', write('other.rttm', line('three', 0, 1, 'x')));
  expect(strange).toMatchObject({ code: 1 });
  expect(strange.stderr).toContain('the recordings three');
  expect((await der('--collarSecondsPerSide', 'wide')).code).toBe(1);
});

test('a page is refused at once for a recipe that none shows', async () => {
  const folder = mkdtempSync(join(tmpdir(), 's3-serve-'));
  writeFileSync(join(folder, 'state.json'), JSON.stringify({ recipe: 'superb-qbe' }));
  const { code, stderr } = await s3('serve', folder, '--build', join(folder, 'page'));
  expect(stderr).toMatch(/found a checkpoint of the recipe 'superb-qbe', which no page shows; expected one of espnet-spk, /);
  expect([code, readdirSync(folder)]).toEqual([1, ['state.json']]);
});
