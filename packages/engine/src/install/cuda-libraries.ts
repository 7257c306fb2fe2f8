import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Links CUDA's libraries as pip lays them out (`cublas/lib/libcublas.so.12`, ...) into another folder of that layout.
 *
 * @param from a folder of pip's that is not to be changed
 */
export function linkCuda(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    const libraries = join(from, name, 'lib');
    if (!existsSync(libraries)) continue;
    mkdirSync(join(to, name, 'lib'), { recursive: true });
    for (const file of readdirSync(libraries)) symlinkSync(join(libraries, file), join(to, name, 'lib', file));
  }
}

/**
 * Lets TensorFlow find cuSOLVER: its wheel opens that library from where it searches the folder of every other one but
 * not cuSOLVER's own, and without it starts no GPU.
 *
 * @param nvidia the folder in which CUDA's libraries lie as pip lays them out
 */
export function exposeCusolver(nvidia: string): void {
  const [own, searched] = [join(nvidia, 'cusolver', 'lib'), join(nvidia, 'cusparse', 'lib')];
  if (!existsSync(own) || !existsSync(searched)) return;
  for (const file of readdirSync(own)) {
    if (!existsSync(join(searched, file))) symlinkSync(join('..', '..', 'cusolver', 'lib', file), join(searched, file));
  }
}
