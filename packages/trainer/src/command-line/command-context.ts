import type { AnyRecipe, Communicator, EngineInfo, SelectEngine } from '@s3/interface';
import type { Command } from 'commander';
import type { RunObserver } from '../observers/observer.ts';
import type { TextStream } from '../observers/terminal-observer.ts';
import type { ResultToTell } from './result-text.ts';

/** A recipe by name, read only when it is asked for. */
export interface RecipeEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<AnyRecipe>;
}

/** What carries a recipe out; `runRecipe` is one. */
export type RunRecipe = (
  recipe: AnyRecipe,
  config: { readonly [section: string]: unknown },
  options: {
    readonly engine: EngineInfo;
    readonly observers: readonly RunObserver[];
    readonly signal?: AbortSignal;
    readonly communicator?: Communicator;
  },
) => Promise<ResultToTell>;

/** What the command line is made of. */
export interface CommandLineOptions {
  /** recipes, or entries that load them when they are asked for */
  readonly recipes: readonly (RecipeEntry | AnyRecipe)[];
  readonly selectEngine: SelectEngine;
  /** the words after the program's name */
  readonly argv: readonly string[];
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** the program's, for --version */
  readonly version?: string;
  /** packages beside the trainer's own and their versions, for doctor */
  readonly packages?: { readonly [name: string]: string };
  /** adds commands of the program's own to these */
  readonly addCommands?: (program: Command) => void;
  /** joins the processes that were started together; undefined where this one is alone. Asked by the commands that processes can share, before they select an engine */
  readonly connectProcesses?: () => Promise<Communicator | undefined>;
  /** carries out `run`; `runRecipe` unless given */
  readonly run?: RunRecipe;
}

/** What the commands share. */
export interface CommandContext extends CommandLineOptions {
  readonly recipes: readonly RecipeEntry[];
  /** whether stdout shows colours */
  readonly color: boolean;
}
