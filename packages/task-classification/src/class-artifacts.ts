import type { Figure } from '@s3/interface';
import type { ClassReport } from './class-report.ts';
import { csvText } from './csv-text.ts';

const mostInMatrix = 40;
const mostBars = 20;

/** One set of classes, judged. */
export interface JudgedClasses {
  /** of the group of labels, where there are several */
  readonly group?: string;
  /** by class id */
  readonly labels: readonly string[];
  readonly report: ClassReport;
}

/** `classes.csv`, what became of each class, and `confusion.csv`, how often which label was taken for which. */
export function classFiles(judged: readonly JudgedClasses[]): { readonly [name: string]: string } {
  const grouped = judged.some(({ group }) => group !== undefined);
  const named = (group: string | undefined): string[] => (grouped ? [group ?? ''] : []);
  const groupColumn = grouped ? ['group'] : [];
  const classes = judged.flatMap(({ group, labels, report }) =>
    report.classes.map(({ utterances, predicted, precision, recall, f1 }, classId) => [
      ...named(group),
      labels[classId]!,
      utterances,
      predicted,
      precision,
      recall,
      f1,
    ]),
  );
  const pairs = judged.flatMap(({ group, labels, report }) =>
    report.pairs.map(({ label, prediction, utterances }) => [...named(group), labels[label]!, labels[prediction]!, utterances]),
  );
  return {
    'classes.csv': csvText([...groupColumn, 'label', 'utterances', 'predicted', 'precision', 'recall', 'f1'], classes),
    'confusion.csv': csvText([...groupColumn, 'label', 'prediction', 'utterances'], pairs),
  };
}

/**
 * The confusion matrix of the classes that occur, unless they are too many to be read, and the
 * recall of each class (of the worst, if they are many).
 */
export function classFigures({ group, labels, report }: JudgedClasses): Figure[] {
  const suffix = group === undefined ? '' : `: ${group}`;
  const figures: Figure[] = [];
  const shown = report.classes.flatMap(({ utterances, predicted }, classId) => (utterances + predicted > 0 ? [classId] : []));
  if (shown.length <= mostInMatrix) {
    const places = new Map(shown.map((classId, place) => [classId, place]));
    const values = shown.map(() => new Array<number>(shown.length).fill(0));
    for (const { label, prediction, utterances } of report.pairs) values[places.get(label)!]![places.get(prediction)!] = utterances;
    const names = shown.map((classId) => labels[classId]!);
    figures.push({
      kind: 'matrix',
      title: `Labels and predictions${suffix}`,
      x: { label: 'prediction' },
      y: { label: 'label' },
      rows: names,
      columns: names,
      values,
    });
  }
  const recalls = report.classes.flatMap(({ utterances, recall }, classId) =>
    utterances > 0 ? [{ name: labels[classId]!, value: recall }] : [],
  );
  const many = recalls.length > mostBars;
  figures.push({
    kind: 'bars',
    title: many ? `Recall of the ${mostBars} classes found least often${suffix}` : `Recall of each class${suffix}`,
    y: { label: 'recall' },
    bars: many ? [...recalls].sort((one, other) => one.value - other.value).slice(0, mostBars) : recalls,
  });
  return figures;
}
