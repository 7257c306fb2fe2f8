import { z } from 'zod';
import type { BuildContext, ComponentOf } from './component.ts';
import type { Corpus } from './data.ts';
import { WiringError } from './errors.ts';
import { describeValue } from './plain-values.ts';
import type { Json } from './state.ts';
import type { AnyTask, Log, PhaseRun } from './task.ts';

/** A task and its data, ready to train and test. */
export interface Problem<L extends Log = Log> {
  /** absent where nothing is trained: the task is then judged as it was built, and as `settle` left it */
  readonly train?: PhaseRun<Log>;
  readonly valid?: PhaseRun<L>;
  /**
   * Where nothing is trained: hears once what `valid` gave, before the task is saved, and takes what is chosen by that (the
   * best layer, say) into its state; `defineProblem` checks its type. Several processes all hear it.
   */
  readonly settle?: (validation: never) => void;
  readonly tests: { readonly [testSet: string]: PhaseRun<L> };
  /**
   * Which checkpoint counts: the best on `valid` if there is one (then it alone is tested),
   * else every saved checkpoint is tested and the best on each test set reported, as S3PRL does for ASV.
   */
  readonly best: { readonly metric: keyof L & string; readonly order: 'min' | 'max' };
}

/** Checks at compile time that the splits and the metric belong together. */
export function defineProblem<L extends Log>(problem: {
  readonly train?: PhaseRun<Log>;
  readonly valid?: PhaseRun<NoInfer<L>>;
  readonly settle?: (validation: NoInfer<L>) => void;
  readonly tests: { readonly [testSet: string]: PhaseRun<L> };
  readonly best: { readonly metric: NoInfer<keyof L & string>; readonly order: 'min' | 'max' };
}): Problem<L> {
  return problem as Problem<L>;
}

/** What the runner gives a recipe. */
export interface RecipeContext extends BuildContext {
  /** where the run's results go */
  readonly targetDir: string;
  /** shared between runs; may be deleted at any time */
  readonly cacheDir: string;
  /** threads that read and decode audio; 0 reads in the main thread */
  readonly workers: number;
  /** Tells the user of long work. */
  readonly onProgress: (label: string, done: number, total: number) => void;
}

/** Parts of a recipe by the names of their sections. */
export type Parts = { readonly [part: string]: ComponentOf<never, unknown> };
type Settings = z.core.$ZodLooseShape;

/** Settings of a recipe: one section per part, then its own, if it has any. */
export type RecipeConfig<P extends Parts, S extends Settings> = { readonly [Name in keyof P]: z.output<P[Name]['config']> } & ([
  keyof S,
] extends [never]
  ? unknown
  : z.output<z.ZodObject<S>>);

type Exchange<P> = P extends (wiring: infer Wiring, ...rest: never[]) => infer Built ? ComponentOf<Wiring, OrAwaited<Built>> : never;
/** What a recipe waits for may as well be there at once. */
type OrAwaited<Built> = Built extends Promise<infer There> ? Built | There : Built;
/** Parts that may stand in for those of a recipe: same wiring, same product (at once or as a promise, where the recipe awaits it), any settings. */
export type Exchanges<P extends Parts> = { readonly [Name in keyof P]?: Exchange<P[Name]> };

/** What a recipe's `buildTask` is given. */
export interface TaskBuild<P extends Parts, S extends Settings, Encoders extends { readonly [name: string]: Json }> {
  readonly config: RecipeConfig<P, S>;
  readonly parts: P;
  readonly encoders: Encoders;
  readonly context: BuildContext & { readonly cacheDir: string };
}

/**
 * The half of a recipe that a checkpoint needs: parts to a task. It knows no corpus and, in a module of its own, no files,
 * so that it also runs in a browser.
 */
export interface TaskRecipeSpec<
  P extends Parts,
  S extends Settings,
  Encoders extends { readonly [name: string]: Json },
  T extends AnyTask,
> {
  /** `<benchmark>-<task>` */
  readonly name: string;
  /** one line, for lists */
  readonly summary: string;
  /** what the task is built of; each part's settings become the section of its name */
  readonly parts: P;
  /** sections beside those of the parts that `buildTask` reads; in a whole recipe also those of its data and training */
  readonly settings: S;
  /** Wires the parts; needs no data, so that a checkpoint can be used where the corpus is not. */
  readonly buildTask: (build: TaskBuild<P, S, Encoders>) => T | Promise<T>;
}

/** A named experiment: corpus to tables, tables to labels, parts to a task, task and data to a problem. */
export interface RecipeSpec<
  P extends Parts,
  S extends Settings,
  Encoders extends { readonly [name: string]: Json },
  T extends AnyTask,
  L extends Log,
> extends TaskRecipeSpec<P, S, Encoders, T> {
  /** also `training`, `optimizer` and `scheduler`, which are read by the runner; where nothing is trained, what is left of `training` */
  readonly settings: S;
  /** Stage 0: reads the corpus; the tables are written as csv. */
  readonly prepare: (config: RecipeConfig<P, S>, context: RecipeContext) => Promise<Corpus>;
  /** Stage 1: label sets, tokenizers and the like as JSON; saved, and kept with each checkpoint. */
  readonly encode: (config: RecipeConfig<P, S>, corpus: Corpus) => Encoders | Promise<Encoders>;
  /** Joins the task to its data. */
  readonly buildProblem: (build: {
    readonly config: RecipeConfig<P, S>;
    readonly corpus: Corpus;
    readonly encoders: Encoders;
    readonly task: T;
    readonly context: RecipeContext;
  }) => Problem<L> | Promise<Problem<L>>;
}

/** The half of a recipe that loads a checkpoint: settings and task. */
export interface AnyTaskRecipe {
  readonly name: string;
  readonly summary: string;
  /** every setting, its default and its description */
  readonly config: z.ZodObject;
  readonly partNames: readonly string[];
  readonly buildTask: (build: {
    readonly config: never;
    readonly encoders: never;
    readonly context: BuildContext & { readonly cacheDir: string };
  }) => AnyTask | Promise<AnyTask>;
}

/** A recipe as the runner and the command line see it. */
export interface AnyRecipe extends AnyTaskRecipe {
  readonly prepare: (config: never, context: RecipeContext) => Promise<Corpus>;
  readonly encode: (config: never, corpus: Corpus) => { readonly [name: string]: Json } | Promise<{ readonly [name: string]: Json }>;
  readonly buildProblem: (build: {
    readonly config: never;
    readonly corpus: Corpus;
    readonly encoders: never;
    readonly task: never;
    readonly context: RecipeContext;
  }) => Problem | Promise<Problem>;
}

/** A recipe with the types of its parts, so that the compiler knows what may stand in for them; `defineRecipe` makes one. */
export interface Recipe<
  P extends Parts,
  S extends Settings,
  Encoders extends { readonly [name: string]: Json },
  T extends AnyTask,
  L extends Log,
> extends AnyRecipe {
  readonly spec: RecipeSpec<P, S, Encoders, T, L>;
  /**
   * The same recipe with other parts; their settings replace those of the parts they stand for.
   *
   * @example superbAsv.with({ downstream: ecapaTdnn }, { name: 'ecapa-asv' })
   */
  readonly with: <E extends Exchanges<P>>(parts: E, names?: RecipeNames) => Recipe<Exchanged<P, E>, S, Encoders, T, L>;
}

/** What a recipe with other parts is called; as before unless given. */
export interface RecipeNames {
  readonly name?: string;
  readonly summary?: string;
}

/** The parts of a recipe, some of them exchanged. */
export type Exchanged<P extends Parts, E> = Omit<P, keyof E> & { readonly [Name in keyof E]: NonNullable<E[Name]> } extends infer Q extends
  Parts
  ? Q
  : never;

/** The half of a recipe that a checkpoint needs, with the types of its parts; `defineTaskRecipe` makes one. */
export interface TaskRecipe<P extends Parts, S extends Settings, Encoders extends { readonly [name: string]: Json }, T extends AnyTask>
  extends AnyTaskRecipe {
  readonly spec: TaskRecipeSpec<P, S, Encoders, T>;
  /** The same wiring of other parts; their settings replace those of the parts they stand for. */
  readonly with: <E extends Exchanges<P>>(parts: E, names?: RecipeNames) => TaskRecipe<Exchanged<P, E>, S, Encoders, T>;
}

/**
 * Makes the half of a recipe that a checkpoint needs; the whole recipe spreads its `spec`.
 *
 * @example defineRecipe({ ...taskRecipe.spec, settings: { ...taskRecipe.spec.settings, corpus }, prepare, encode, buildProblem })
 */
export function defineTaskRecipe<
  P extends Parts,
  S extends Settings,
  Encoders extends { readonly [name: string]: Json },
  T extends AnyTask,
>(spec: TaskRecipeSpec<P, S, Encoders, T>): TaskRecipe<P, S, Encoders, T> {
  return {
    name: spec.name,
    summary: spec.summary,
    spec,
    config: configOf(spec),
    partNames: Object.keys(spec.parts),
    buildTask: (build: Omit<Parameters<typeof spec.buildTask>[0], 'parts'>) => spec.buildTask({ ...build, parts: spec.parts }),
    with: (parts: Partial<Parts>, names = {}) => defineTaskRecipe({ ...spec, ...names, parts: exchanged(spec, parts) } as never),
  } as unknown as TaskRecipe<P, S, Encoders, T>;
}

/**
 * Makes a recipe runnable: its settings are those of its parts and its own.
 *
 * @throws WiringError for a part that `defineComponent` did not make; from `with`, for a part that the recipe does not have
 */
export function defineRecipe<
  P extends Parts,
  S extends Settings,
  Encoders extends { readonly [name: string]: Json },
  T extends AnyTask,
  L extends Log,
>(spec: RecipeSpec<P, S, Encoders, T, L>): Recipe<P, S, Encoders, T, L> {
  const recipe = {
    ...defineTaskRecipe(spec),
    spec,
    prepare: spec.prepare,
    encode: spec.encode,
    buildProblem: spec.buildProblem,
    with: (parts: Partial<Parts>, names = {}) => defineRecipe({ ...spec, ...names, parts: exchanged(spec, parts) } as never),
  };
  return recipe as unknown as Recipe<P, S, Encoders, T, L>;
}

function exchanged({ name, parts: all }: { readonly name: string; readonly parts: Parts }, parts: Partial<Parts>): Parts {
  const unknown = Object.keys(parts).find((part) => !Object.hasOwn(all, part));
  if (unknown !== undefined)
    throw new WiringError(`recipe ${name}`, `has no part '${unknown}'`, `its parts are ${Object.keys(all).join(', ')}`);
  return { ...all, ...parts } as Parts;
}

function configOf({ name, parts, settings }: { readonly name: string; readonly parts: Parts; readonly settings: Settings }): z.ZodObject {
  for (const [part, component] of Object.entries(parts)) {
    if (typeof component === 'function' && 'config' in component) continue;
    throw new WiringError(
      `recipe ${name}`,
      `is given ${describeValue(component)} as '${part}'`,
      'a part is what `defineComponent` gives, not yet built',
    );
  }
  const sections = Object.entries(parts).map(([name, part]) => [name, sectionOf(part.config)] as const);
  return z.strictObject({ ...Object.fromEntries(sections), ...settings });
}

/** A section may be left out when all its settings have defaults. */
function sectionOf(schema: z.ZodObject): z.ZodType {
  return schema.safeParse({}).success ? schema.prefault({}) : schema;
}
