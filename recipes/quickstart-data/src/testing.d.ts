/** The first `each` trials of one speaker and as many of two, with absolute paths. */
export declare function someTrials(
  each: number,
): { readonly id1: string; readonly id2: string; readonly wav_path1: string; readonly wav_path2: string; readonly label: string }[];

/**
 * Writes tables of a dozen recordings of three people, the first half second of each: all of them, and every other one.
 *
 * @param cellsOf what a row says beside id, path and time, or instead
 * @returns paths of the tables
 */
export declare function labelledTables(
  folder: string,
  cellsOf: (recording: { readonly id: string; readonly spk: string }, index: number) => { readonly [column: string]: string },
): { readonly train: string; readonly test: string };

/**
 * A corpus in miniature, in a new folder, filled with real speech (what a file holds is told by its content, not by its name).
 *
 * @param files path to the lines of a text file, or to the number of a recording
 */
export declare function miniatureCorpus(files: { readonly [path: string]: number | readonly string[] }): Promise<string>;

/** What a recipe needs to know of a run, in a folder. */
export declare function recipeContext(folder: string): {
  readonly seed: number;
  readonly targetDir: string;
  readonly cacheDir: string;
  readonly workers: number;
  readonly onProgress: () => void;
};

/** Lengths and labels of the first training batch that a recipe makes of a corpus, whose tensors are gone by then. */
export declare function firstTrainingBatch(
  recipe: {
    readonly encode: (config: never, corpus: never) => unknown;
    readonly buildTask: (build: never) => unknown;
    readonly buildProblem: (build: never) => unknown;
  },
  config: unknown,
  corpus: unknown,
  folder: string,
): Promise<{ readonly lengths: readonly number[]; readonly labels: readonly unknown[] }>;

/** Writes a text to a file of this name in a folder of its own, and removes both after its use. */
export declare function withFile<Result>(name: string, text: string, use: (path: string) => Promise<Result>): Promise<Result>;
