const folders: { readonly [folder: string]: string } = {
  checkpoint: 'the checkpoint',
  'speaker-checkpoint': 'the speaker model',
  upstream: 'the upstream',
  'speaker-upstream': 'the upstream of the speaker model',
  onnx: 'onnxruntime',
};

const files: { readonly [address: string]: string } = {
  'decoder/lm': 'the language model',
  'decoder/lexicon': 'the lexicon',
};

/**
 * What a file of a page is, for people: `model.safetensors of the upstream`.
 *
 * @param address in the page, without a slash at its beginning
 */
export function fileWords(address: string): string {
  const [folder = '', ...rest] = address.split('/');
  const name = rest.join('/');
  if (Object.hasOwn(files, address)) return files[address]!;
  return Object.hasOwn(folders, folder) && name !== '' ? `${name} of ${folders[folder]}` : address;
}
