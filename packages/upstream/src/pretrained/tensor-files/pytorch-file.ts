import { openPytorchContent } from './pytorch-content.ts';
import { brokenPytorch } from './pytorch-storages.ts';
import type { OpenTensors, StoredTensor } from './stored-tensor.ts';

/**
 * Opens a dictionary of tensors that `torch.save` wrote; they are read one by one, when asked for.
 *
 * Such files are programs that can do anything. Nothing of this one is run: tensors and plain
 * data are understood, everything else is refused.
 *
 * @throws InputError naming the file and what is wrong in it
 */
export async function openPytorchFile(path: string): Promise<OpenTensors> {
  const { content, tensor, close } = await openPytorchContent(path);
  if (!(content instanceof Map)) {
    await close();
    throw brokenPytorch(path, 'something else than a dictionary of tensors');
  }
  const tensors = new Map<string, StoredTensor>();
  for (const [name, value] of content) {
    const stored = typeof name === 'string' ? tensor(name, value) : undefined;
    if (stored) tensors.set(name as string, stored);
  }
  return { tensors, close };
}
