import { isAbsolute, join, resolve } from 'node:path';
import { InputError } from '@s3/interface';
import { hasWeights } from '../checkpoint/checkpoint-folder.ts';
import { downloadModel } from './download-model.ts';
import { cachedModel, exists, hubCacheFolder, isFile, isOffline } from './hub-cache.ts';

/** A model's id, and perhaps a checkpoint file of it. */
const hubSource = /^([\w-][\w.-]*\/[\w-][\w.-]*)(?:\/((?:[\w-][\w.-]*\/)*[\w-][\w.-]*\.(?:ckpt|pth?)))?$/;

/**
 * The folder of a checkpoint, or the file that it is: a local one, or that of a model in the shared Hugging Face cache.
 *
 * A model that is not there yet is downloaded, once, unless `offline` or `HF_HUB_OFFLINE` says
 * otherwise. One that is there is used as it is, without asking the hub.
 *
 * @param source a folder, a file, the id of a model on the hub, `owner/name`, or a file of it, `owner/name/file`
 * @throws InputError when there is no such folder, file or model, or it cannot be fetched
 */
export async function findCheckpoint(source: string, { offline }: { readonly offline: boolean }): Promise<string> {
  if (await exists(source)) return resolve(source);
  const [, id, file] = (!isAbsolute(source) && hubSource.exec(source)) || [];
  if (id === undefined) {
    throw new InputError(
      `upstream.path '${source}'`,
      'no such folder or file',
      "a folder in Hugging Face layout, a checkpoint file of S3PRL's own, or a model's id, owner/name",
      'Check the path; relative ones start from the working directory.',
    );
  }
  const model = cachedModel(id);
  const commit = await model.commit();
  const place = commit && (file === undefined ? model.snapshot(commit) : join(model.snapshot(commit), file));
  if (place && (await (file === undefined ? hasWeights : isFile)(place))) return place;
  if (offline || isOffline()) {
    throw new InputError(
      `the model '${source}'`,
      `no complete copy in ${hubCacheFolder()}, and the network is switched off (${offline ? 'upstream.offline' : 'HF_HUB_OFFLINE'})`,
      'a copy there',
      `Fetch it where there is a network (hf download ${file === undefined ? id : `${id} ${file}`}), set HF_HOME to a cache that has it, or give ${file === undefined ? 'its folder' : 'the file'} as upstream.path.`,
    );
  }
  return downloadModel(id, file);
}
