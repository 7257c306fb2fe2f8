import type { Log } from '@s3/interface';
import { createColors } from 'picocolors';
import stringWidth from 'string-width';
import { formatDuration } from '../formatting/format-duration.ts';
import { formatMetric, formatNumber, metricLabel } from '../formatting/format-metric.ts';
import type { LogEntry, Progress, RunObserver } from './observer.ts';
import { type ProgressRate, progressRate } from './progress-rate.ts';

const redrawSeconds = 1 / 8;
const plainLineSeconds = 10;

/** Where text goes: process.stderr, or whatever collects it. */
export interface TextStream {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

interface Work {
  readonly rate: ProgressRate;
  /** seconds, when its first progress came */
  readonly started: number;
  done: number;
  isEnded: boolean;
  lastLine: number;
}

/**
 * Shows a run to a person: stages, one live line of progress, metrics, warnings.
 *
 * On a terminal the live line is drawn over itself; elsewhere (a file, a CI log) a plain
 * line comes about every ten seconds and at the end of each piece of work.
 *
 * @param options.columns width of the terminal; the stream's own unless given
 * @param options.color unless given: on a terminal where NO_COLOR is not set
 * @param options.now milliseconds; a clock for tests
 */
export function terminalObserver(options: {
  readonly stream: TextStream;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly color?: boolean;
  readonly now?: () => number;
}): RunObserver {
  const { stream, now = () => performance.now() } = options;
  const isTTY = options.isTTY ?? stream.isTTY ?? false;
  const colors = createColors(options.color ?? (isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'));
  const works = new Map<string, Work>();
  let currentLabel: string | undefined;
  let live: Progress | undefined;
  let lastDraw = Number.NEGATIVE_INFINITY;

  const clear = () => {
    if (isTTY && live) stream.write('\r\x1b[2K');
  };
  const draw = () => {
    const work = live && works.get(live.label);
    if (!isTTY || !live || !work) return;
    const columns = options.columns ?? stream.columns ?? 80;
    stream.write(`\r\x1b[2K${liveLine(live, work.rate, columns - 1, colors)}`);
    lastDraw = now() / 1000;
  };
  /** a line that stays, above the live one */
  const print = (line: string) => {
    clear();
    stream.write(`${line}\n`);
    draw();
  };
  const dropLive = () => {
    clear();
    live = undefined;
    currentLabel = undefined;
    works.clear();
  };

  return {
    stageStarted({ number, name }) {
      dropLive();
      stream.write(`\n${colors.bold(`Stage ${number}: ${name}`)}\n`);
    },
    stageEnded({ seconds }) {
      dropLive();
      stream.write(`${colors.dim(`  done in ${formatDuration(seconds)}`)}\n`);
    },
    progress(progress) {
      const seconds = now() / 1000;
      const { label, done, total } = progress;
      const labelChanged = label !== currentLabel;
      if (labelChanged && currentLabel !== undefined) {
        const left = works.get(currentLabel);
        left?.rate.pause();
        if (left?.isEnded) works.delete(currentLabel);
      }
      currentLabel = label;
      let work = works.get(label);
      // less done than before under the same label is another round of the same work
      if (!work || done < work.done) {
        work = { rate: progressRate(), started: seconds, done, isEnded: false, lastLine: seconds };
        works.set(label, work);
      } else if (work.isEnded) {
        return;
      }
      work.done = done;
      work.rate.update(done, seconds);
      if (done >= total) {
        work.isEnded = true;
        clear();
        live = undefined;
        stream.write(`${endLine(progress, seconds - work.started)}\n`);
      } else if (isTTY) {
        live = progress;
        if (labelChanged || seconds - lastDraw >= redrawSeconds) draw();
      } else if (seconds - work.lastLine >= plainLineSeconds) {
        work.lastLine = seconds;
        stream.write(`${plainLine(progress, work.rate)}\n`);
      }
    },
    logged: (entry) => print(metricsLine(entry, colors)),
    message(level, text) {
      const [first, ...rest] = text.split('\n');
      const mark = level === 'warning' ? `${colors.yellow(colors.bold('warning:'))} ` : '';
      print([`  ${mark}${first}`, ...rest.map((line) => `    ${line}`)].join('\n'));
    },
    close: dropLive,
  };
}

type Colors = ReturnType<typeof createColors>;

/** Pieces leave from the least important on until the line fits: a line that wraps cannot be drawn over. */
function liveLine(progress: Progress, rate: ProgressRate, columns: number, colors: Colors): string {
  const { label, done, total, unit } = progress;
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const shortCounts = `${formatNumber(done)}/${formatNumber(total)}`;
  const counts = `${shortCounts} ${unit}`;
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  const speed = rateText(rate, unit);
  const left = leftText(rate, total);
  const latest = latestText(progress.latest);
  const first = latestText(Object.fromEntries(Object.entries(progress.latest ?? {}).slice(0, 1)));
  const bar = (length: number) => {
    const filled = Math.round(share * length);
    return `${colors.cyan('━'.repeat(filled))}${colors.dim('─'.repeat(length - filled))}`;
  };
  const variants = [
    [bar(24), percent, counts, speed, left, latest],
    [bar(24), percent, counts, speed, left, first],
    [bar(12), percent, counts, speed, left, first],
    [bar(8), percent.trim(), shortCounts, speed, left, first],
    [percent.trim(), shortCounts, speed, left, first],
    [percent.trim(), shortCounts, left, first],
    [percent.trim(), shortCounts, left],
    [percent.trim(), left],
  ].map((pieces) => [`  ${label}`, ...pieces].filter((piece) => piece !== '').join('  '));
  return variants.find((line) => stringWidth(line) <= columns) ?? cutToWidth(`  ${label}  ${percent.trim()}`, columns);
}

function plainLine(progress: Progress, rate: ProgressRate): string {
  const { label, done, total, unit, latest } = progress;
  const percent = `(${Math.floor((done / total) * 100)} %)`;
  const pieces = [
    `  ${label} ${formatNumber(done)}/${formatNumber(total)} ${unit} ${percent}`,
    rateText(rate, unit),
    leftText(rate, total),
  ];
  return [...pieces, latestText(latest)].filter((piece) => piece !== '').join(', ');
}

function endLine({ label, total, unit, latest }: Progress, seconds: number): string {
  const pieces = [`  ${label} ${formatNumber(total)} ${total === 1 ? singular(unit) : unit}`, formatDuration(seconds), latestText(latest)];
  return pieces.filter((piece) => piece !== '').join(', ');
}

function metricsLine({ split, testSet, step, log }: LogEntry, colors: Colors): string {
  const name = testSet === undefined ? split : `${split} ${testSet}`;
  const metrics = Object.entries(log).map(([metric, value]) => `${colors.dim(metricLabel(metric))} ${formatMetric(metric, value)}`);
  return [`  step ${formatNumber(step)}`, colors.bold(name), ...metrics].join('  ');
}

/** `12.3 steps/s`, or `4.2 s/step` where it takes longer than a second */
function rateText(rate: ProgressRate, unit: string): string {
  const perSecond = rate.perSecond();
  if (perSecond === undefined) return '';
  return perSecond >= 1 ? `${shortNumber(perSecond)} ${unit}/s` : `${shortNumber(1 / perSecond)} s/${singular(unit)}`;
}

function leftText(rate: ProgressRate, total: number): string {
  const seconds = rate.secondsLeft(total);
  return seconds === undefined ? '' : `${formatDuration(seconds < 9.95 ? Math.ceil(seconds) : seconds)} left`;
}

function latestText(latest: Log | undefined): string {
  return Object.entries(latest ?? {})
    .map(([metric, value]) => `${metricLabel(metric)} ${formatMetric(metric, value)}`)
    .join('  ');
}

function shortNumber(value: number): string {
  return value >= 100 ? formatNumber(Math.round(value)) : value.toFixed(1);
}

function singular(unit: string): string {
  return unit.replace(/(ch|sh|x|s)es$/, '$1').replace(/([^s])s$/, '$1');
}

function cutToWidth(text: string, columns: number): string {
  let cut = '';
  for (const character of text) {
    if (stringWidth(cut + character) > columns) break;
    cut += character;
  }
  return cut;
}
