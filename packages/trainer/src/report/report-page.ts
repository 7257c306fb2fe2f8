import type { Figure } from '@s3/interface';
import { formatDuration } from '../formatting/format-duration.ts';
import { formatNumber, metricLabel } from '../formatting/format-metric.ts';
import { waitingText } from '../training/step-time.ts';
import { escapeHtml } from './escape-html.ts';
import { htmlPage } from './html-page.ts';
import { renderFigure } from './render-figure.ts';
import { mainMetricOf, resultsTable } from './results-table.ts';
import { checkpointFigure, layerFigure, trainingFigures } from './run-figures.ts';
import type { RunFiles } from './run-files.ts';

/** The report as one HTML page that loads nothing; what a run lacks is said in its place. */
export function reportPage(run: RunFiles, title?: string): string {
  const heading = title ?? run.metrics?.recipe ?? 'Run report';
  const sections = [
    section('Results', results(run)),
    section('Training', training(run)),
    section(
      'Layer weights',
      run.layerWeights
        ? figures([layerFigure(run.layerWeights)])
        : isUntrained(run.log)
          ? '<p>None: layers are not weighed where nothing is trained.</p>'
          : '<p>None: the upstream has one layer, so there is nothing to weigh.</p>',
    ),
    section('Figures', evaluation(run)),
    section('Configuration', configuration(run)),
    section('Environment', environmentTable(run)),
    ...(run.problems.length > 0 ? [section('Left out', run.problems.map((problem) => faint(problem)).join(''))] : []),
  ];
  return htmlPage(heading, [facts(run), ...sections]);
}

function section(heading: string, content: string): string {
  return `<section>\n<h2>${heading}</h2>\n${content}\n</section>`;
}

function faint(sentence: string): string {
  return `<p class="faint">${escapeHtml(sentence)}</p>`;
}

function figures(drawings: readonly Figure[]): string {
  return `<div class="figures">${drawings.map((figure) => `<figure>${renderFigure(figure)}</figure>`).join('\n')}</div>`;
}

function facts({ metrics, config }: RunFiles): string {
  const started = config && /^(\d{4})_(\d\d)_(\d\d)_(\d\d)_(\d\d)/.exec(config.name);
  const known = [
    metrics?.recipe && `recipe ${metrics.recipe}${metrics.version ? ` ${metrics.version}` : ''}`,
    metrics?.steps !== undefined && `${formatNumber(metrics.steps)} steps`,
    metrics?.seconds !== undefined && formatDuration(metrics.seconds),
    metrics?.engine && `engine ${metrics.engine}`,
    started && `begun ${started[1]}-${started[2]}-${started[3]} at ${started[4]}:${started[5]}`,
  ].filter((fact) => typeof fact === 'string');
  return known.length > 0 ? `<p class="facts">${known.map((fact) => `<span>${escapeHtml(fact)}</span>`).join('')}</p>` : '';
}

function results(run: RunFiles): string {
  const table = run.metrics && resultsTable(run.metrics);
  return table ?? faint('There are no test results: the run has not come to its end, or metrics.json is missing.');
}

const isUntrained = (log: RunFiles['log']): boolean => log.length > 0 && log.every(({ step }) => step === 0);

function training({ log, metrics }: RunFiles): string {
  const drawings = trainingFigures(log);
  const waiting = metrics?.stepSeconds && waitingText(metrics.stepSeconds);
  if (drawings.length > 0) return `${figures(drawings)}${waiting ? faint(`${waiting[0]!.toUpperCase()}${waiting.slice(1)}.`) : ''}`;
  // judged without a step: there was nothing to train
  if (isUntrained(log)) return faint('Nothing is trained here.');
  return faint('There are no training curves: train/log.jsonl is missing or empty.');
}

function evaluation(run: RunFiles): string {
  const metric = mainMetricOf(run.metrics ?? {});
  const byCheckpoint = metric === undefined ? undefined : checkpointFigure(run.results, metric);
  const groups = run.figures.map(({ testSet, checkpoint, figures: drawings }) => {
    const heading = [testSet, checkpoint].filter((name) => name !== '').join(', ');
    return `<h3>${escapeHtml(heading)}</h3>${figures(drawings)}`;
  });
  const parts = [...(byCheckpoint ? [figures([byCheckpoint])] : []), ...groups];
  return parts.length > 0 ? parts.join('\n') : faint('The evaluation left no figures.');
}

function configuration({ config }: RunFiles): string {
  if (!config) return faint('The settings are not known: there is no file in configs.');
  return `<details><summary>configs/${escapeHtml(config.name)}.yaml</summary><pre>${escapeHtml(config.yaml)}</pre></details>`;
}

function environmentTable({ environment }: RunFiles): string {
  if (!environment) return faint('The machine is not known: environment.json is missing.');
  const rows = flattened(environment).map(([name, value]) => {
    const gibibytes = /^(.*)Gibibytes$/.exec(name);
    const label = metricLabel(gibibytes ? gibibytes[1]! : name);
    return `<tr><th scope="row">${escapeHtml(label)}</th><td>${escapeHtml(gibibytes ? `${value} GiB` : value)}</td></tr>`;
  });
  return `<table class="environment"><tbody>${rows.join('')}</tbody></table>`;
}

function flattened(value: unknown, path: readonly string[] = []): (readonly [string, string])[] {
  if (Array.isArray(value)) return [[path.join(' '), value.map(String).join(', ')]];
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, inner]) => flattened(inner, [...path, key]));
  return [[path.join(' '), String(value)]];
}
