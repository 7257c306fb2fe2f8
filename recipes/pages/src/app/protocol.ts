import type { EngineInfo, EngineName, Json } from '@s3/interface';
import type { PageSettings } from '../page-settings.ts';
import type { HeardBy } from './heard-by.ts';

/** What the page and its worker say to each other. Types alone: neither loads the other's code. */

/** A recording: a file as it was chosen, or samples: from the microphone, or decoded by the browser. */
export type AudioInput =
  | { readonly file: File }
  | {
      readonly name: string;
      readonly samples: Float32Array;
      /** Hz */
      readonly sampleRate: number;
      /** the file that the browser decoded; absent for the microphone */
      readonly decoded?: { readonly format: string; readonly channels: number } | undefined;
    };

/** A checkpoint that has been loaded. */
export interface Opened {
  /** what makes numbers of voices in it */
  readonly heard: HeardBy;
  readonly recipe: string;
  /** `name` of the task */
  readonly task: string;
  readonly step: number;
  readonly engine: EngineInfo;
  /** Hz that the model hears at */
  readonly sampleRate: number;
  /** shorter recordings are refused */
  readonly minSeconds: number;
  /** whether recordings of any length are taken, piece by piece */
  readonly isPiecewise: boolean;
  /** the settings section `task` of the checkpoint */
  readonly settings: { readonly [setting: string]: unknown };
  readonly encoders: { readonly [name: string]: Json };
  readonly page: PageSettings;
}

/** A recording that can be read. */
export interface Inspected {
  readonly seconds: number;
  /** Hz, its own */
  readonly sampleRate: number;
  readonly channels: number;
  /** `wav`, `flac`, `mp3`, `vorbis`, `opus`, `other`, `microphone`, or what the browser decoded: `m4a`, `aac`, `webm`, `ogg`, `unknown` */
  readonly format: string;
  /** loudest sample of each part of its first ten minutes, 0..1, to draw it */
  readonly peaks: Float32Array;
  /** whether the browser decoded it, whose samples may differ from those of another browser, and of Node */
  readonly isByBrowser: boolean;
}

export interface PredictOptions {
  /** only the beginning */
  readonly firstSeconds?: number | undefined;
  /** of a recording, where voices are told apart by a speaker model */
  readonly speakers?: number | undefined;
}

export interface Predicted {
  /** what the task says: the prediction of `s3 predict` */
  readonly prediction: unknown;
  /** the same in a format of the field */
  readonly text?: { readonly format: string; readonly content: string } | undefined;
  /** of the recording */
  readonly seconds: number;
  /** that the computation took */
  readonly computeSeconds: number;
}

/** A person's voice as the model hears it. */
export interface Voices {
  readonly name: string;
  /** one for each recording that the person gave */
  readonly voices: readonly Float32Array[];
}

/** What the worker does when it is asked. */
export interface Calls {
  /** @param options.threads of wasm; as many as help by default */
  open(options: { readonly engine: EngineName; readonly threads?: number | undefined }): Promise<Opened>;
  inspect(input: AudioInput): Promise<Inspected>;
  predict(input: AudioInput, options: PredictOptions): Promise<Predicted>;
  /** Scores of a recording against each of the enrolled ones, as trials are scored. */
  scores(enrolled: readonly Float32Array[], tested: Float32Array): Promise<readonly number[]>;
  /** Voices as the text of a file. */
  voicesText(people: readonly Voices[]): Promise<string>;
  /** The voices in such a file; those that another model heard are refused in words. */
  openVoices(file: File): Promise<readonly Voices[]>;
}

/** How far a call is. */
export interface CallProgress {
  readonly what: string;
  readonly done: number;
  /** absent where it is not known */
  readonly total?: number | undefined;
  /** such as `s`; `bytes` are shown in whichever unit is short, with their rate */
  readonly unit: string;
}
