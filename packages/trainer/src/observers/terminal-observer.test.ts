import stringWidth from 'string-width';
import { afterEach, expect, test, vi } from 'vitest';
import { terminalObserver } from './terminal-observer.ts';

function terminal(options: { isTTY?: boolean; columns?: number; color?: boolean } = {}) {
  const written: string[] = [];
  const clock = { milliseconds: 0 };
  const observer = terminalObserver({ stream: { write: (text) => written.push(text) }, now: () => clock.milliseconds, ...options });
  const training = (done: number, total = 1000) =>
    observer.progress!({ label: 'training', done, total, unit: 'steps', latest: { loss: 2.5 } });
  return { observer, written, clock, training, text: () => written.join('') };
}

afterEach(() => void vi.unstubAllEnvs());

test('a file gets a plain line about every ten seconds and one at the end', () => {
  const { observer, clock, training, text } = terminal();
  observer.stageStarted!({ number: 2, name: 'train' });
  for (let step = 0; step <= 300; step++, clock.milliseconds += 100) training(step, 300);
  training(300, 300);
  observer.logged!({ split: 'valid', step: 300, epoch: 1, log: { eer: 0.125, minDcf: 0.5 } });
  observer.stageEnded!({ number: 2, name: 'train', seconds: 80 });
  expect(text().split('\n')).toEqual([
    '',
    'Stage 2: train',
    '  training 100/300 steps (33 %), 10.0 steps/s, 20 s left, loss 2.500',
    '  training 200/300 steps (66 %), 10.0 steps/s, 10 s left, loss 2.500',
    '  training 300 steps, 30 s, loss 2.500',
    '  step 300  valid  EER 12.50 %  minDCF 0.5000',
    '  done in 1 min 20 s',
    '',
  ]);
});

test('time left of a resumed run leaves out an evaluation in between', () => {
  const { observer, clock, training, text } = terminal();
  training(500);
  for (let step = 501; step <= 520; step++) {
    clock.milliseconds += 1000;
    training(step);
  }
  expect(text()).toContain('training 520/1,000 steps (52 %), 1.0 steps/s, 8 min left');
  observer.progress!({ label: 'dev', done: 0, total: 2, unit: 'batches' });
  clock.milliseconds += 300_000;
  observer.progress!({ label: 'dev', done: 2, total: 2, unit: 'batches' });
  expect(text()).toContain('dev 2 batches, 5 min\n');
  training(520);
  for (let step = 521; step <= 540; step++) {
    clock.milliseconds += 1000;
    training(step);
  }
  expect(text()).toContain('training 540/1,000 steps (54 %), 1.0 steps/s, 7 min 40 s left');
});

test('work slower than one a second says how long one takes', () => {
  const { clock, training, text } = terminal();
  training(0);
  clock.milliseconds += 20_000;
  training(5);
  expect(text()).toContain('4.0 s/step');
});

test('a terminal is drawn over at most eight times a second and keeps one line', () => {
  const { observer, written, clock, training } = terminal({ isTTY: true, columns: 90, color: false });
  for (let step = 0; step < 1000; step++, clock.milliseconds += 1) training(step);
  expect(written.length).toBeGreaterThan(4);
  expect(written.length).toBeLessThanOrEqual(8);
  expect(written.every((text) => text.startsWith('\r\u001b[2K') && !text.includes('\n'))).toBe(true);
  expect(written.at(-1)).toMatch(/^\r.{4} {2}training {2}━+─+ +\d+ % {2}\d+\/1,000 steps {2}1,000 steps\/s {2}1 s left {2}loss 2\.500$/);
  // what stays is written above the live line, which comes back below it
  written.length = 0;
  observer.message!('warning', 'a checkpoint is broken\nit is passed over');
  expect(written).toEqual([
    '\r\u001b[2K',
    '  warning: a checkpoint is broken\n    it is passed over\n',
    expect.stringMatching(/^\r.{4} {2}training/),
  ]);
});

test('the live line fits every width', () => {
  for (let columns = 10; columns <= 160; columns += 3) {
    const { written, clock, training } = terminal({ isTTY: true, columns, color: true });
    training(100);
    clock.milliseconds += 5000;
    training(200);
    expect(stringWidth(written.at(-1)!.replace('\r\u001b[2K', ''))).toBeLessThan(columns);
  }
});

test('80 columns hold progress, rate, time left and loss', () => {
  const { observer, written, clock } = terminal({ isTTY: true, columns: 80, color: false });
  const latest = { loss: 2.5, learningRate: 0.001, gradientNorm: 3.25 };
  observer.progress!({ label: 'train', done: 100, total: 2500, unit: 'steps', latest });
  clock.milliseconds += 10_000;
  observer.progress!({ label: 'train', done: 223, total: 2500, unit: 'steps', latest });
  expect(written.at(-1)).toBe('\r\u001b[2K  train  ━───────  8 %  223/2,500  12.3 steps/s  3 min 5 s left  loss 2.500');
});

test('colour follows the terminal and NO_COLOR', () => {
  const heading = (options: { isTTY: boolean; color?: boolean }) => {
    const { observer, text } = terminal(options);
    observer.stageStarted!({ number: 0, name: 'data' });
    return text();
  };
  vi.stubEnv('TERM', 'xterm');
  vi.stubEnv('NO_COLOR', '');
  expect(heading({ isTTY: true })).toContain('\u001b[1m');
  expect(heading({ isTTY: false })).toBe('\nStage 0: data\n');
  vi.stubEnv('NO_COLOR', '1');
  expect(heading({ isTTY: true })).toBe('\nStage 0: data\n');
  expect(heading({ isTTY: true, color: true })).toContain('\u001b[1m');
});

test('the end of work is said once, also when it comes again', () => {
  const { training, text } = terminal({ isTTY: true, color: false });
  training(1000);
  training(1000);
  expect(text().match(/training/g)).toHaveLength(1);
});
