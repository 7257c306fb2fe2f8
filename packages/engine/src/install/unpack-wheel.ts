import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@s3/interface';
import { exposeCusolver } from './cuda-libraries.ts';
import { runProgram } from './run-program.ts';

// Python reads wheels (zip files of more than 500 MB) from its standard library, and it is there wherever pip is.
const program = `
import glob, os, re, shutil, sys, zipfile

out, *folders = sys.argv[1:]
parent = os.getppid()

def put(archive, member, target):
    if os.getppid() != parent:
        sys.exit(1) # the installer was killed, and another may be at it
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with archive.open(member) as source, open(target, 'wb') as sink:
        shutil.copyfileobj(source, sink, 1 << 22)

for wheel in [wheel for folder in folders for wheel in glob.glob(os.path.join(folder, '*.whl'))]:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        if 'tensorflow/libtensorflow_cc.so.2' in names:
            for name in ('libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'):
                put(archive, 'tensorflow/' + name, os.path.join(out, 'lib', name))
            # the C headers and what they include, a dozen of seven thousand
            headers = ['c/c_api.h', 'c/eager/c_api.h', 'c/tf_tensor.h', 'core/platform/ctstring_internal.h']
            left, seen = ['tensorflow/' + header for header in headers], set()
            while left:
                header = left.pop()
                member = 'tensorflow/include/' + header
                if header not in seen and member in names:
                    seen.add(header)
                    put(archive, member, os.path.join(out, 'include', header))
                    text = archive.read(member).decode('utf8', 'replace')
                    left += re.findall(r'^\\s*#\\s*include\\s*"([^"]+)"', text, re.M)
        for name in names:
            if re.fullmatch(r'nvidia/[^/]+/lib/[^/]+\\.so[.0-9]*', name):
                put(archive, name, os.path.join(out, name))
`;

// prints what the wheel asks for with its extra for CUDA, such as nvidia-cublas-cu12<13.0,>=12.5.3.2
const listCuda = `
import glob, os, re, sys, zipfile
for wheel in glob.glob(os.path.join(sys.argv[1], 'tensorflow-*.whl')):
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(name for name in archive.namelist() if name.endswith('.dist-info/METADATA'))
        for line in archive.read(metadata).decode('utf8').splitlines():
            match = re.fullmatch(r'Requires-Dist: (nvidia-[^;]+?)\\s*;\\s*extra == .and-cuda.', line)
            if match and 'nvcc' not in match[1]:
                print(match[1].replace(' (', '').replace(')', ''))
`;

/**
 * Takes TensorFlow's libraries (`lib`), C headers (`include`) and CUDA's libraries (`nvidia`, where TensorFlow's own
 * search path finds them) out of the wheels in these folders.
 *
 * `out` appears whole or not at all.
 */
export async function unpackWheels(python: string, folders: readonly string[], out: string): Promise<void> {
  const part = `${out}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const { code, outcome } = await runProgram(python, ['-', part, ...folders], { input: program });
  if (code !== 0) {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    throw new InputError(
      join(folders[0]!, '*.whl'),
      `that it cannot be unpacked (${outcome})`,
      "TensorFlow's wheel, whole",
      'Start the installation again; it downloads the wheels anew.',
    );
  }
  exposeCusolver(join(part, 'nvidia'));
  renameSync(part, out);
}

/** What pip has to bring beside TensorFlow's own wheel for its GPU build to find CUDA. */
export async function cudaRequirements(python: string, wheels: string): Promise<string[]> {
  const { output } = await runProgram(python, ['-', wheels], { input: listCuda });
  return output.split('\n').filter((line) => line !== '');
}
