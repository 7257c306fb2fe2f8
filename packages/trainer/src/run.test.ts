import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Corpus, defineComponent, defineRecipe, InputError } from '@s3/interface';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { toyRecipe } from './fixtures/toy-recipe.ts';
import { outcome, temporaryFolder, tensorCount, toyEngine, toyRun, witness } from './fixtures/toy-run.ts';
import { InterruptedError } from './interrupted-error.ts';
import { runRecipe } from './run.ts';

const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));
const straight = temporaryFolder();
const straightRun = await toyRun(straight);

describe('runRecipe', () => {
  it('leaves behind what is promised', () => {
    const files = (readdirSync(straight, { recursive: true }) as string[]).filter((file) => !/^configs.|^cache|tfevents/.test(file)).sort();
    const checkpoint = [
      'config.yaml',
      'encoders.json',
      'model.safetensors',
      'optimizer.safetensors',
      'since-log.json',
      'state.json',
      'task.safetensors',
    ];
    const result = ['figures.json', 'result.yaml', 'scores', 'source.json'];
    const steps = ['step_2', 'step_4', 'step_6'];
    expect(files).toEqual(
      [
        ...[
          'configs',
          'corpus.json',
          'encoders',
          'encoders/classes.json',
          'environment.json',
          'evaluate',
          'evaluate/index.json',
          'metrics.json',
        ],
        ...['report.html', 'train', 'train-2.csv', 'train.csv', 'train/layer-weights.json', 'train/log.jsonl', 'train/tb', 'one.csv'],
        ...steps.flatMap((step) => [`train/${step}`, ...checkpoint.map((file) => `train/${step}/${file}`)]),
        ...['one', 'train'].flatMap((test) => [`evaluate/${test}`, `evaluate/${test}/best_result.yaml`]),
        ...['one', 'train'].flatMap((test) =>
          steps.flatMap((step) => [`evaluate/${test}/${step}`, ...result.map((file) => `evaluate/${test}/${step}/${file}`)]),
        ),
      ].sort(),
    );
    expect(readdirSync(join(straight, 'configs'))[0]).toMatch(/^\d{4}(_\d\d){5}\.yaml$/);
  });

  it('reports the best checkpoint of each test set, in metrics.json too', () => {
    const { result } = straightRun;
    expect(json(straight, 'metrics.json')).toEqual(result);
    expect(result).toMatchObject({ recipe: 'toy', engine: 'cpu', steps: 6, metric: 'cost', chance: { cost: 1 } });
    for (const test of ['one', 'train']) {
      const costs = ['step_2', 'step_4', 'step_6'].map(
        (step) => parse(readFileSync(join(straight, 'evaluate', test, step, 'result.yaml'), 'utf8')).cost,
      );
      expect(result.tests[test]!['cost']).toBe(Math.min(...costs));
      expect(result.checkpoints[test]).toBe(`step_${2 * (costs.indexOf(Math.min(...costs)) + 1)}`);
      expect(parse(readFileSync(join(straight, 'evaluate', test, 'best_result.yaml'), 'utf8'))).toEqual({
        checkpoint: result.checkpoints[test],
        ...result.tests[test],
      });
    }
  });

  it('tells its observers of stages, steps and metrics, and lets them go', () => {
    const { seen } = straightRun;
    expect(seen.stages).toEqual([0, 1, 2, 3, 4]);
    expect(seen.steps).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const train = seen.entries.filter(({ split }) => split === 'train');
    // 3 steps of 2 batches; 10 rows in batches of 4, 4 and 2
    expect(train.map(({ step, epoch, log }) => [step, epoch, log['utterances']])).toEqual([
      [3, 1, 20],
      [6, 3, 20],
    ]);
    expect(Object.keys(train[0]!.log).sort()).toEqual(['gradientNorm', 'learningRate', 'loss', 'utterances']);
    expect(seen.entries.filter(({ split }) => split === 'test').map(({ testSet, step }) => [testSet, step])).toEqual([
      ...[2, 4, 6].flatMap((step) => [
        ['one', step],
        ['train', step],
      ]),
    ]);
    expect(seen.closed).toBe(1);
  });

  it('learns', () => {
    const [first, last] = straightRun.seen.entries.filter(({ split }) => split === 'train');
    expect(last!.log['loss']).toBeLessThan(first!.log['loss']!);
  });

  it('does nothing twice: a second run trains and tests nothing anew, and finds the same', async () => {
    const before = outcome(straight);
    const growthOf = async (work: () => Promise<unknown>) => {
      const count = tensorCount();
      await work();
      return tensorCount() - count;
    };
    // whatever building the parts leaves behind is theirs; the run must add nothing to it
    const building = await growthOf(async () => {
      const task = await toyRecipe.buildTask({
        config: toyRecipe.config.parse({}) as never,
        encoders: { classes: ['a', 'b'] } as never,
        context: { seed: 0, cacheDir: '' },
      });
      task.dispose();
      task.model.dispose();
    });
    const count = tensorCount();
    const { result, seen } = await toyRun(straight);
    expect(seen.steps).toEqual([6]);
    expect(seen.entries).toEqual([]);
    expect({ ...result, seconds: 0 }).toEqual({ ...straightRun.result, seconds: 0 });
    expect(outcome(straight)).toEqual(before);
    expect(tensorCount() - count).toBe(building);
  });

  it('gives the same in pieces, stage by stage', async () => {
    const folder = temporaryFolder();
    for (const stage of [0, 1, 2, 3]) {
      const { result } = await toyRun(folder, { start: stage, stop: stage });
      expect(result.stoppedAfterStage).toBe(stage);
      expect(existsSync(join(folder, 'metrics.json'))).toBe(false);
    }
    const { result } = await toyRun(folder, { start: 4 });
    expect(outcome(folder)).toEqual(outcome(straight));
    expect(result.tests).toEqual(straightRun.result.tests);
  });

  it('says which stage is missing', async () => {
    const folder = temporaryFolder();
    await expect(toyRun(folder, { start: 1 })).rejects.toThrow(
      /corpus\.json: found nothing.*Stage 0 was not done before or is damaged: run again with --start 0/,
    );
    await toyRun(folder, { stop: 0 });
    await expect(toyRun(folder, { start: 2 })).rejects.toThrow(/--start 1/);
    await toyRun(folder, { start: 1, stop: 1 });
    await expect(toyRun(folder, { start: 3 })).rejects.toThrow(/--start 2/);
    await expect(toyRun(folder, { start: 4 })).rejects.toThrow(/--start 3/);
    writeFileSync(join(folder, 'one.csv'), 'id,label\n"torn');
    await expect(toyRun(folder, { start: 1 })).rejects.toThrow(/one\.csv.*--start 0/);
  });

  it('with a validation set tests the best checkpoint on it alone', async () => {
    const folder = temporaryFolder();
    const { result, seen } = await toyRun(folder, { corpus: { valid: true }, training: { evalStep: 2 } });
    const valid = seen.entries.filter(({ split }) => split === 'valid');
    expect(valid.map(({ step }) => step)).toEqual([2, 4, 6]);
    const best = valid.reduce((first, second) => (second.log['cost']! < first.log['cost']! ? second : first));
    expect(json(folder, 'train/valid_best/state.json')).toMatchObject({
      step: best.step,
      best: { metric: 'cost', value: best.log['cost'] },
    });
    expect(readdirSync(join(folder, 'evaluate/valid_best/one')).sort()).toEqual(['figures.json', 'result.yaml', 'scores', 'source.json']);
    expect(readdirSync(join(folder, 'evaluate')).sort()).toEqual(['index.json', 'valid_best']);
    expect(readdirSync(join(folder, 'train/valid_best'))).toContain('valid-scores');
    expect(result.checkpoints).toEqual({ one: 'valid_best', train: 'valid_best' });
  });

  it('judges some batches only when asked to', async () => {
    const folder = temporaryFolder();
    await toyRun(folder, { evalBatches: 2 });
    expect(readFileSync(join(folder, 'evaluate/one/step_2/scores'), 'utf8').split('\n')).toHaveLength(2);
    await expect(toyRun(folder, { evalBatches: 0 })).rejects.toThrow(/evalBatches/);
  });

  it('refuses a target that cannot be written, and a second run on it', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(toyRun(join(folder, 'file'))).rejects.toThrow(/targetDir: found .*where nothing can be written/);
    await expect(toyRun(join(folder, 'file', 'below'))).rejects.toThrow(InputError);
    await expect(toyRun(temporaryFolder(), { cacheDir: join(folder, 'file') })).rejects.toThrow(/cacheDir: found .*\(it is a file\)/);
    let isRunning = () => {};
    const running = new Promise<void>((resolve) => {
      isRunning = resolve;
    });
    const first = toyRun(folder, {}, { observer: { stageStarted: () => isRunning() } });
    await running;
    await expect(toyRun(folder)).rejects.toThrow(new RegExp(`another run on it: process ${process.pid} on this machine`));
    await first;
    await toyRun(folder);
  });

  it('names an empty set', async () => {
    await expect(toyRun(temporaryFolder(), { corpus: { rows: 0 } })).rejects.toThrow(/the train set of the corpus: found no rows/);
  });

  it('refuses bad optimizer and schedule settings before the corpus is read', async () => {
    const folder = temporaryFolder();
    await expect(toyRun(folder, { optimizer: { name: 'Adam', momentum: 0.5 } })).rejects.toThrow(/optimizer\.momentum/);
    await expect(toyRun(folder, { scheduler: { name: 'StepLR' } })).rejects.toThrow(/scheduler\.stepSize/);
    await expect(runRecipe(toyRecipe, { targetDir: folder, trainng: {} }, { engine: toyEngine, observers: [] })).rejects.toThrow(/trainng/);
    expect(existsSync(join(folder, 'train.csv'))).toBe(false);
  });

  it('keeps as many checkpoints as asked', async () => {
    const folder = temporaryFolder();
    await toyRun(folder, { training: { keepCheckpoints: 2 } });
    expect(readdirSync(join(folder, 'train')).filter((name) => name.startsWith('step_'))).toEqual(['step_4', 'step_6']);
  });

  it('always saves the last step', async () => {
    const folder = temporaryFolder();
    await toyRun(folder, { training: { totalSteps: 5 } });
    expect(readdirSync(join(folder, 'train'))).toContain('step_5');
  });
});

describe('resuming', () => {
  it('stops at a signal after saving, and goes on to the same end', async () => {
    for (const at of [1, 2, 5]) {
      const folder = temporaryFolder();
      const abort = new AbortController();
      const stopAt = {
        progress: ({ label, done }: { label: string; done: number }) => void (label === 'train' && done === at && abort.abort()),
      };
      const stopped = toyRun(folder, {}, { signal: abort.signal, observer: stopAt });
      await expect(stopped).rejects.toThrow(InterruptedError);
      await expect(stopped).rejects.toThrow(`train/step_${at}. Run the same command again`);
      const { seen, result } = await toyRun(folder);
      expect(seen.steps[0]).toBe(at);
      expect(outcome(folder)).toEqual(outcome(straight));
      expect(result.tests).toEqual(straightRun.result.tests);
      // the log is that of an undisturbed run, what was collected before the stop included
      const tail = (entries: typeof seen.entries) => entries.filter(({ split, step }) => split === 'train' && step > at);
      expect(tail(seen.entries)).toEqual(tail(straightRun.seen.entries));
    }
  });

  it('judges again what a signal interrupted while judging', async () => {
    const settings = { corpus: { valid: true }, training: { evalStep: 3 } };
    const whole = temporaryFolder();
    await toyRun(whole, settings);
    const folder = temporaryFolder();
    const abort = new AbortController();
    const stopAt = {
      progress: ({ label, done }: { label: string; done: number }) => void (label === 'valid at step 3' && done === 1 && abort.abort()),
    };
    await expect(toyRun(folder, settings, { signal: abort.signal, observer: stopAt })).rejects.toThrow(
      /valid at step 3|training at step 3/,
    );
    await toyRun(folder, settings);
    expect(outcome(folder)).toEqual(outcome(whole));
  });

  it('passes over a broken newest checkpoint', async () => {
    const damages: ((checkpoint: string) => void)[] = [
      (checkpoint) =>
        writeFileSync(join(checkpoint, 'model.safetensors'), readFileSync(join(checkpoint, 'model.safetensors')).subarray(0, 60)),
      (checkpoint) => rmSync(join(checkpoint, 'optimizer.safetensors')),
      (checkpoint) => writeFileSync(join(checkpoint, 'state.json'), ''),
      (checkpoint) =>
        writeFileSync(
          join(checkpoint, 'state.json'),
          readFileSync(join(checkpoint, 'state.json'), 'utf8').replace('"step": 6', '"step": 5'),
        ),
      (checkpoint) => renameSync(checkpoint, join(checkpoint, '..', '.tmp-step_6')),
    ];
    for (const damage of damages) {
      const folder = temporaryFolder();
      await toyRun(folder);
      damage(join(folder, 'train/step_6'));
      const { seen } = await toyRun(folder);
      expect(seen.steps[0]).toBe(4);
      expect(seen.messages.filter((message) => /broken checkpoint, step_6/.test(message))).toHaveLength(damage === damages[4] ? 0 : 1);
      expect(outcome(folder)).toEqual(outcome(straight));
    }
  });

  it('says at the end of training, and in the report, that steps waited for batches', async () => {
    const folder = temporaryFolder();
    let now = 0;
    // a second from one look at the clock to the next, some of which are while a batch is waited for
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    const { seen, result } = await toyRun(folder).finally(() => vi.restoreAllMocks());
    expect(seen.messages.join('\n')).toMatch(/info: steps waited \d\d % of their time for batches: /);
    const { steps, reading, preparing } = result.stepSeconds!;
    expect(steps).toBeGreaterThan(reading + preparing);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('Steps waited ');
    // and goes on from what it was
    const { result: longer } = await toyRun(folder, { training: { totalSteps: 8 } });
    expect(longer.stepSeconds!.steps).toBeGreaterThan(steps);
  });

  it('stops where evaluations are no better, and goes on from there exactly with more of them', async () => {
    const settings = { corpus: { valid: true }, optimizer: { name: 'SGD', learningRate: 0 } };
    const training = { totalSteps: 12, evalStep: 1, saveStep: 4 };
    const stopped = temporaryFolder();
    // nothing is learned, so that only the first evaluation is better than those before
    const { seen, result } = await toyRun(stopped, { ...settings, training: { ...training, stopAfter: 2 } });
    expect(seen.steps.at(-1)).toBe(3);
    expect(result.steps).toBe(3);
    expect(result.checkpoints['one']).toBe('valid_best');
    expect(seen.messages).toContainEqual(
      expect.stringMatching(
        /training stops at step 3: no better cost in the last 2 evaluations \(training\.stopAfter\); the best, [\d.]+, was at step 1$/,
      ),
    );
    // the same command again has nothing to do
    expect((await toyRun(stopped, { ...settings, training: { ...training, stopAfter: 2 } })).seen.steps).toEqual([3]);

    // interrupted between the evaluations that are counted
    const interrupted = temporaryFolder();
    const controller = new AbortController();
    const stopAtTwo = {
      progress: ({ label, done }: { label: string; done: number }) => void (label === 'train' && done === 2 && controller.abort()),
    };
    const rest = { ...settings, training: { ...training, stopAfter: 2 } };
    await expect(toyRun(interrupted, rest, { signal: controller.signal, observer: stopAtTwo })).rejects.toThrow(InterruptedError);
    expect((await toyRun(interrupted, rest)).seen.steps.at(-1)).toBe(3);
    expect(outcome(interrupted)).toEqual(outcome(stopped));

    const moving = { corpus: { valid: true }, training: { ...training, stopAfter: null } };
    const straight = temporaryFolder();
    await toyRun(straight, moving);
    const inPieces = temporaryFolder();
    await toyRun(inPieces, { ...moving, training: { ...training, validOrder: 'max', stopAfter: 1 } });
    expect(readdirSync(join(inPieces, 'train'))).not.toContain('step_12');
    await toyRun(inPieces, moving);
    const weights = (folder: string) => outcome(folder)['train/step_12/model.safetensors'];
    expect(weights(inPieces)).toBe(weights(straight));
    await expect(toyRun(temporaryFolder(), { training: { stopAfter: 2 } })).rejects.toThrow(
      'training.stopAfter: found 2; expected evaluations that it can count',
    );
  });

  it('does not start anew by itself where every checkpoint is damaged, and says what can be done', async () => {
    const folder = temporaryFolder();
    await toyRun(folder, { corpus: { valid: true }, training: { evalStep: 2 } });
    const steps = readdirSync(join(folder, 'train')).filter((name) => name.startsWith('step_'));
    for (const name of steps) writeFileSync(join(folder, 'train', name, 'model.safetensors'), '');
    const before = outcome(folder);
    const best = join(folder, 'train/valid_best');
    await expect(toyRun(folder, { corpus: { valid: true }, training: { evalStep: 2 } })).rejects.toThrow(
      `${join(folder, 'train')}: found no checkpoint that is intact among 3; of the newest: ${join(folder, 'train/step_6/model.safetensors')}: found another content`,
    );
    expect(outcome(folder)).toEqual(before);
    await expect(toyRun(folder, { corpus: { valid: true }, training: { evalStep: 2 } })).rejects.toThrow(`training.resumeFrom ${best},`);

    const { seen } = await toyRun(folder, { corpus: { valid: true }, training: { evalStep: 2, resumeFrom: best } });
    expect(seen.messages.join()).toContain(`going on from ${best}`);
    for (const name of [...steps, 'valid_best']) writeFileSync(join(folder, 'train', name, 'model.safetensors'), '');
    await expect(toyRun(folder, { corpus: { valid: true }, training: { evalStep: 2 } })).rejects.toThrow(
      /Bring one back from a copy, or start anew with training\.autoResume false/,
    );
    const anew = await toyRun(folder, { corpus: { valid: true }, training: { evalStep: 2, autoResume: false } });
    expect(anew.seen.steps[0]).toBe(0);
    expect(readdirSync(folder).some((name) => name.startsWith('train.old-'))).toBe(true);
  });

  it('shows the difference to a checkpoint of other settings and refuses it, unless told to go on', async () => {
    const folder = temporaryFolder();
    await toyRun(folder);
    const other = { optimizer: { name: 'AdamW', learningRate: 0.01 }, training: { seed: 3, totalSteps: 8 } };
    await expect(toyRun(folder, other)).rejects.toThrow(/optimizer\.learningRate: 0\.05 → 0\.01; training\.seed: 0 → 3; expected/);
    const table = readFileSync(join(folder, 'train.csv'), 'utf8');
    await expect(toyRun(folder, { corpus: { rows: 11 } })).rejects.toThrow(/corpus\.rows: 10 → 11; expected/);
    expect(readFileSync(join(folder, 'train.csv'), 'utf8')).toBe(table);
    const { seen } = await toyRun(folder, { ...other, training: { ...other.training, onConfigChange: 'continue' } });
    expect(seen.steps).toEqual([6, 7, 8]);
    expect(seen.messages.join()).toMatch(/made with other settings/);
  });

  it('goes on where a part has a setting that it did not have then', async () => {
    const folder = temporaryFolder();
    await toyRun(folder);
    const { model } = toyRecipe.spec.parts;
    const newer = defineComponent({
      name: model.componentName,
      config: model.config.extend({ scaled: z.boolean().default(false).describe('new') }),
      build: (wiring: Parameters<typeof model>[0], { scaled: _, ...config }, context) => model(wiring, config, context),
    });
    const run = async (settings: object) => {
      const config = { targetDir: folder, workers: 0, optimizer: { name: 'AdamW', learningRate: 0.05 }, ...settings };
      const training = { totalSteps: 8, logStep: 3, saveStep: 2, gradientAccumulate: 2 };
      const { seen, observer } = witness();
      await runRecipe(toyRecipe.with({ model: newer }), { ...config, training }, { engine: toyEngine, observers: [observer] });
      return seen;
    };
    const seen = await run({});
    expect(seen.steps).toEqual([6, 7, 8]);
    expect(seen.stages).toContain(4);
    await expect(run({ start: 3, model: { scaled: true } })).rejects.toThrow('model.scaled: false → true');
  });

  it('goes on with a cache of hidden states that was added, and says that the last digits may differ', async () => {
    const folder = temporaryFolder();
    const cache = { cache: z.string().optional(), cachePrecision: z.string().default('float16') };
    const cached = defineRecipe({
      ...toyRecipe.spec,
      settings: { ...toyRecipe.spec.settings, upstream: z.strictObject(cache).prefault({}) },
    });
    const run = async (upstream: object, totalSteps: number) => {
      const { seen, observer } = witness();
      const settings = { targetDir: folder, workers: 0, upstream, training: { totalSteps, saveStep: 2 } };
      await runRecipe(cached, settings, { engine: toyEngine, observers: [observer] });
      return seen.messages.filter((message) => message.includes('last digits'));
    };
    await run({}, 2);
    expect(await run({ cache: 'a' }, 4)).toEqual([expect.stringContaining('upstream.cachePrecision: not set → "float16"')]);
    expect(await run({ cache: 'b' }, 6)).toEqual([]);
  });

  it('refuses to go on with other data', async () => {
    const folder = temporaryFolder();
    await toyRun(folder, { training: { totalSteps: 2 } });
    const [header, ...rows] = readFileSync(join(folder, 'train.csv'), 'utf8').split('\n');
    writeFileSync(join(folder, 'train.csv'), [header, ...rows.slice(1)].join('\n'));
    await expect(toyRun(folder, { start: 1 })).rejects.toThrow(/training table: 10 rows → 9 rows; expected/);
    writeFileSync(join(folder, 'train.csv'), [header, ...rows.map((row) => row.replace(',b,', ',c,'))].join('\n'));
    await expect(toyRun(folder, { start: 1 })).rejects.toThrow(/training table: 10 rows → other content; encoder classes: other content/);
  });

  it("refuses another recipe's folder and leaves it as it is", async () => {
    const folder = temporaryFolder();
    await toyRun(folder, { training: { totalSteps: 2 } });
    const before = outcome(folder);
    const other = runRecipe(
      toyRecipe.with({}, { name: 'other' }),
      { targetDir: folder, corpus: { rows: 4 } },
      { engine: toyEngine, observers: [] },
    );
    await expect(other).rejects.toThrow(/a checkpoint of recipe toy; expected one of other/);
    expect(outcome(folder)).toEqual(before);
  });

  it('takes another number of steps as the same training, unless the schedule depends on it', async () => {
    const folder = temporaryFolder();
    const longer = temporaryFolder();
    await toyRun(folder, { training: { totalSteps: 4, logStep: 1 } });
    await toyRun(folder);
    expect(outcome(folder)).toEqual(outcome(straight));
    await toyRun(longer, { scheduler: { name: 'CosineAnnealingLR' } });
    await expect(toyRun(longer, { scheduler: { name: 'CosineAnnealingLR' }, training: { totalSteps: 9 } })).rejects.toThrow(
      /scheduler\.annealSteps: 6 → 9/,
    );
  });

  it('sets the old checkpoints aside when it must not resume', async () => {
    const folder = temporaryFolder();
    await toyRun(folder);
    const { seen } = await toyRun(folder, { training: { seed: 5, autoResume: false } });
    expect(seen.steps[0]).toBe(0);
    const aside = readdirSync(folder).filter((name) => name.startsWith('train.old-'));
    expect(aside).toHaveLength(1);
    expect(readdirSync(join(folder, aside[0]!))).toContain('step_6');
    expect(seen.messages.join()).toContain(aside[0]);
  });

  it('has the tables encoded that were read, which know their files, and else those of the target directory', async () => {
    const folder = temporaryFolder();
    const tables: Corpus[] = [];
    const recipe = {
      ...toyRecipe,
      prepare: async (...args: Parameters<typeof toyRecipe.prepare>) => {
        tables.push(await toyRecipe.prepare(...args));
        return tables[0]!;
      },
      encode: (...args: Parameters<typeof toyRecipe.encode>) => {
        tables.push(args[1]);
        return toyRecipe.encode(...args);
      },
    };
    const settings = { targetDir: folder, cacheDir: join(folder, 'cache'), workers: 0, stop: 1 };
    await runRecipe(recipe, settings, { engine: toyEngine, observers: [] });
    await runRecipe(recipe, { ...settings, start: 1 }, { engine: toyEngine, observers: [] });
    expect(tables[1]).toBe(tables[0]);
    expect(tables[2]).not.toBe(tables[0]);
    expect(tables[2]).toEqual(tables[0]);
  });

  it('reports a training that diverged', async () => {
    const { result } = await toyRun(temporaryFolder(), { optimizer: { name: 'SGD', learningRate: 1e38 } });
    expect(Object.values(result.tests['one']!).some((value) => !Number.isFinite(value))).toBe(true);
    expect(result.steps).toBe(6);
  });

  it('goes on from a named checkpoint', async () => {
    const folder = temporaryFolder();
    const { seen } = await toyRun(folder, { training: { resumeFrom: join(straight, 'train/step_4') } });
    expect(seen.steps).toEqual([4, 5, 6]);
    expect(outcome(folder)['train/step_6/model.safetensors']).toBe(outcome(straight)['train/step_6/model.safetensors']);
    await expect(toyRun(folder, { training: { resumeFrom: 'step_99' } })).rejects.toThrow(
      /training\.resumeFrom: found step_99, which is neither at/,
    );
  });

  it('goes on from its own newest checkpoint where it was killed after going on from a named one', async () => {
    const folder = temporaryFolder();
    const training = { resumeFrom: join(straight, 'train/step_2') };
    await toyRun(folder, { training: { ...training, totalSteps: 4 } });
    const { seen } = await toyRun(folder, { training });
    expect(seen.steps).toEqual([4, 5, 6]);
    expect(seen.messages.join()).toContain('train/step_4, which this run made since');
    expect(outcome(folder)['train/step_6/model.safetensors']).toBe(outcome(straight)['train/step_6/model.safetensors']);
    // another one is followed
    const other = await toyRun(folder, { training: { resumeFrom: join(straight, 'train/step_4') } });
    expect(other.seen.steps[0]).toBe(4);
  });

  it('goes back to an earlier checkpoint of its own, once, and keeps the later ones aside', async () => {
    const folder = temporaryFolder();
    const settings = { corpus: { valid: true }, training: { evalStep: 2, averageBest: 2 } };
    await toyRun(folder, settings);
    const before = outcome(folder);
    const training = { ...settings.training, resumeFrom: 'step_2' };
    const { seen } = await toyRun(folder, { ...settings, training: { ...training, totalSteps: 4 } });
    expect(seen.steps).toEqual([2, 3, 4]);
    const aside = readdirSync(folder).filter((name) => name.startsWith('train.old-'));
    expect(readdirSync(join(folder, aside[0]!))).toEqual(expect.arrayContaining(['step_4', 'step_6', 'valid_step_6']));
    const again = await toyRun(folder, { ...settings, training });
    expect(again.seen.steps).toEqual([4, 5, 6]);
    expect(outcome(folder)).toMatchObject({ 'train/step_6/model.safetensors': before['train/step_6/model.safetensors'] });
  });
});
