import { InputError } from '@s3/interface';
import { networkOf } from '../../networks/network-of.ts';
import { type OriginalConfig, originalConfig } from '../../networks/s3prl/original-networks.ts';
import { checkedSettings } from '../checkpoint/checkpoint-settings.ts';
import { type PlainValue, plainValue } from '../tensor-files/plain-value.ts';
import { openPytorchContent } from '../tensor-files/pytorch-content.ts';
import type { OpenTensors, StoredTensor } from '../tensor-files/stored-tensor.ts';
import { originalReaders } from './original-readers.ts';

/** The part that is the whole file, where that is a dictionary of weights. */
export const wholeFile = '';

/** A checkpoint of S3PRL's own: one file with settings and weights. */
export interface OriginalCheckpoint extends OpenTensors {
  readonly network: OriginalConfig;
}

/**
 * Opens a file that S3PRL, or what it got a network from, wrote with `torch.save`.
 *
 * Nothing of it is run: settings and weights are read, and what else is in it, such as the state of an optimizer, is passed over.
 *
 * @param name the upstream's name, where the file alone does not tell which hidden states are wanted
 * @throws InputError naming the file, for one of no network that is known, with settings or weights that do not fit
 */
export async function openOriginal(path: string, name: string | undefined): Promise<OriginalCheckpoint> {
  const { content, tensor, close } = await openPytorchContent(path, { describesObjects: true });
  try {
    const saved = content instanceof Map ? content : new Map();
    const part = (key: string) => (key === wholeFile ? saved : saved.get(key));
    const keysOf = (key: string) => {
      const dictionary = part(key);
      return dictionary instanceof Map ? [...dictionary.keys()].filter((own): own is string => typeof own === 'string') : [];
    };
    for (const read of originalReaders) {
      const found = read({ settings: (key) => plainValue(part(key)), keysOf, name, shapeOf });
      if (!found) continue;
      const network = checkedSettings(path, found.config, originalConfig);
      const { unread } = networkOf(network);
      const tensors = new Map<string, StoredTensor>();
      for (const [own, value] of part(found.weights) as Map<unknown, never>) {
        const stored = typeof own === 'string' ? tensor(own, value) : undefined;
        const name = found.named?.(own as string) ?? (own as string);
        if (stored && !unread?.test(name)) tensors.set(name, stored);
      }
      return { network, tensors: found.converted?.(tensors) ?? tensors, close };
    }
    const kinds =
      'APC, VQ-APC, NPC, Mockingjay, TERA, Audio ALBERT, DeCoAR, DeCoAR 2.0, wav2vec, vq-wav2vec, CPC, AST, SSAST or BYOL-A, or of wav2vec 2.0, HuBERT, DistilHuBERT, data2vec, UniSpeech-SAT or WavLM, as S3PRL reads them';
    throw new InputError(
      path,
      `a file of ${saved.size === 0 ? 'no dictionary' : `the parts ${[...saved.keys()].slice(0, 8).join(', ')}`}`,
      `a checkpoint of ${kinds}`,
      'A checkpoint in Hugging Face layout is a folder: give that.',
    );

    function shapeOf(key: string, own: string): readonly number[] | undefined {
      const dictionary = part(key);
      return dictionary instanceof Map ? tensor(own, dictionary.get(own))?.shape : undefined;
    }
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a reader sees of a file. */
export interface OriginalContent {
  /** a part of it without its tensors */
  readonly settings: (part: string) => PlainValue | undefined;
  /** names of the tensors in a part */
  readonly keysOf: (part: string) => readonly string[];
  /** shape of a tensor in a part */
  readonly shapeOf: (part: string, name: string) => readonly number[] | undefined;
  /** the upstream's name, where one was given */
  readonly name: string | undefined;
}

/** Finds settings and weights in a file; nothing in one of another network. */
export type OriginalReader = (content: OriginalContent) =>
  | {
      /** settings as a `config.json` would have them */
      readonly config: { readonly model_type: string };
      /** the part that has the weights */
      readonly weights: string;
      /** what a weight is called here */
      readonly named?: (name: string) => string;
      /** the weights as the network has them, where more than their names differ */
      readonly converted?: (tensors: ReadonlyMap<string, StoredTensor>) => ReadonlyMap<string, StoredTensor>;
    }
  | undefined;
