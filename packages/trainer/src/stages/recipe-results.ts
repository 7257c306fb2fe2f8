import { type AnyRecipe, type AnyTask, type Corpus, type Json, type Problem, WiringError } from '@s3/interface';

// What a recipe that was not compiled with TypeScript gives is looked at here, once, before anything is made of it.

/** @throws WiringError for what is no task */
export function requireTask({ name }: Pick<AnyRecipe, 'name'>, task: AnyTask): AnyTask {
  const module = ['trainable', 'state', 'loadState', 'dispose'];
  const missing = [
    ...['name', 'predict', 'model', ...module].filter((member) => !(member in Object(task))),
    ...(task?.model ? module.filter((member) => !(member in Object(task.model))).map((member) => `model.${member}`) : []),
  ];
  if (missing.length === 0) return task;
  throw new WiringError(
    `buildTask of ${name}`,
    task === undefined ? 'gives nothing' : `gives a task without ${missing.join(', ')}`,
    'a task has name, model and predict, and both it and its model what `moduleOf` gives',
  );
}

/** @throws WiringError for what is no problem */
export function requireProblem({ name }: Pick<AnyRecipe, 'name'>, problem: Problem): Problem {
  const wrong = (found: string, needed: string) => new WiringError(`buildProblem of ${name}`, found, needed);
  if (!problem?.tests) throw wrong('gives no `tests`', 'a problem has a phase run for each test set, { test: task.test.over(batches) }');
  const runs = [...Object.entries({ train: problem.train, valid: problem.valid }), ...Object.entries(problem.tests)];
  for (const [split, run] of runs)
    if (run !== undefined && !('batches' in Object(run)))
      throw wrong(`gives a '${split}' without batches`, 'every split is a phase over its batches, task.test.over(batches)');
  const { metric, order } = problem.best ?? {};
  if (typeof metric !== 'string' || (order !== 'min' && order !== 'max'))
    throw wrong(
      `gives ${JSON.stringify(problem.best)} as \`best\``,
      "it says what the best is by a metric and its order, 'min' or 'max': { metric: 'error', order: 'min' }",
    );
  return problem;
}

/** @throws WiringError for what is no corpus of tables of text */
export function requireCorpus({ name }: Pick<AnyRecipe, 'name'>, corpus: Corpus): Corpus {
  const wrong = (found: string, needed: string) => new WiringError(`prepare of ${name}`, found, needed);
  if (!corpus?.train || !corpus.tests) throw wrong('gives no `train` or no `tests`', 'a corpus is { train: rows, tests: { name: rows } }');
  const named = { train: corpus.train, ...(corpus.valid && { valid: corpus.valid }) };
  for (const [table, rows] of [...Object.entries(named), ...Object.entries(corpus.tests)]) {
    if (!Array.isArray(rows)) throw wrong(`gives '${table}' as ${typeof rows}`, 'a table is a list of rows');
    rows.forEach((row, index) => {
      for (const column in row)
        if (typeof row[column] !== 'string')
          throw wrong(
            `gives the '${column}' of row ${index + 1} of '${table}' as ${String(row[column])}`,
            'cells are text, as the csv file has them; write String(value)',
          );
    });
  }
  return corpus;
}

/** @throws WiringError for what JSON would not give back */
export function requireEncoders<Encoders extends { readonly [name: string]: Json }>(
  { name }: Pick<AnyRecipe, 'name'>,
  encoders: Encoders,
): Encoders {
  const path = otherThanJson(encoders, '');
  if (encoders && path === undefined) return encoders;
  throw new WiringError(
    `encode of ${name}`,
    path ? `gives '${path}' as what JSON does not keep` : 'gives nothing',
    'its results are kept as JSON, by name: { labels: [...] }, or {} for none',
  );
}

/** Where there is something that JSON leaves out or changes; undefined for nowhere. */
function otherThanJson(value: unknown, path: string): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return undefined;
  const isPlain = typeof value === 'object' && [Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(value));
  if (!isPlain) return path;
  for (const [key, inner] of Object.entries(value as object)) {
    const found = otherThanJson(inner, path === '' ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
