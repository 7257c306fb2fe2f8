import { isAbsolute, resolve } from 'node:path';
import { InputError } from '@s3/interface';
import { hasWeights } from './checkpoint-folder.ts';
import { downloadModel } from './download-model.ts';
import { cachedModel, exists, hubCacheFolder, isOffline } from './hub-cache.ts';

/**
 * The folder of a checkpoint: a local one, or that of a model in the shared Hugging Face cache.
 *
 * A model that is not there yet is downloaded, once, unless `offline` or `HF_HUB_OFFLINE` says
 * otherwise. One that is there is used as it is, without asking the hub.
 *
 * @param source a folder, or the id of a model on the hub: `owner/name`
 * @throws InputError when there is no such folder or model, or it cannot be fetched
 */
export async function findCheckpoint(source: string, { offline }: { readonly offline: boolean }): Promise<string> {
  if (await exists(source)) return resolve(source);
  if (isAbsolute(source) || !/^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(source)) {
    throw new InputError(
      `upstream.path '${source}'`,
      'no such folder',
      "a folder in Hugging Face layout, or a model's id, owner/name",
      'Check the path; relative ones start from the working directory.',
    );
  }
  const model = cachedModel(source);
  const commit = await model.commit();
  if (commit && (await hasWeights(model.snapshot(commit)))) return model.snapshot(commit);
  if (offline || isOffline()) {
    throw new InputError(
      `the model '${source}'`,
      `no complete copy in ${hubCacheFolder()}, and the network is switched off (${offline ? 'upstream.offline' : 'HF_HUB_OFFLINE'})`,
      'a copy there',
      `Fetch it where there is a network (hf download ${source}), set HF_HOME to a cache that has it, or give its folder as upstream.path.`,
    );
  }
  return downloadModel(source);
}
