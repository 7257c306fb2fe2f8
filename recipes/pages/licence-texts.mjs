// The licences of what the page is made of, as one text: every library in it, with the words that its licence asks to be passed on.
import { readFileSync } from 'node:fs';
import { bundledPackages, titled } from './dist/bundled-packages.js';

const usualText = (name) => readFileSync(new URL(`licences/${name}.txt`, import.meta.url), 'utf8');

/** Libraries in other languages that are compiled into packages, whose manifests do not name them. */
const compiledIn = [
  {
    name: 'mpg123',
    within: '@audio/decode-mp3',
    licence: 'LGPL-2.1',
    source: 'https://mpg123.org and https://github.com/eshaz/wasm-audio-decoders',
    text: () => `Copyright (c) the mpg123 project\n\n${usualText('lgpl-2.1')}`,
  },
  {
    name: 'libFLAC',
    within: '@audio/decode-flac',
    licence: 'BSD-3-Clause',
    text: () => bsd('2000-2009 Josh Coalson, 2011-2025 Xiph.Org Foundation', 'the Xiph.org Foundation'),
  },
  {
    name: 'libogg and libvorbis',
    within: '@audio/decode-vorbis',
    licence: 'BSD-3-Clause',
    text: () => bsd('2002-2020 Xiph.org Foundation', 'the Xiph.org Foundation'),
  },
  {
    name: 'XNNPACK and pthreadpool',
    within: '@tensorflow/tfjs-backend-wasm',
    licence: 'BSD-3-Clause AND BSD-2-Clause',
    text: () =>
      bsd(
        'Facebook, Inc. and its affiliates; 2019 Google LLC; 2015-2017 Georgia Institute of Technology; Marat Dukhan',
        'the copyright holder',
      ),
  },
];

/**
 * @param inputs paths of the files that were bundled
 * @param inlined packages whose own files have others in them
 * @param apart what is under the LGPL, with the files that it lies in, and nowhere else
 */
export function licenceTexts(inputs, { inlined, apart }) {
  const packages = bundledPackages(inputs, inlined);
  const compiled = compiledIn.filter(({ within }) => packages.some(({ name }) => name === within));
  const copyleft = [
    ...packages.map(({ name, version, licence }) => ({
      name,
      title: `${name} ${version}`,
      licence,
      source: `the npm package ${name}@${version}`,
    })),
    ...compiled.map((part) => ({ ...part, title: part.name })),
  ].filter(({ licence }) => /GPL/.test(licence));
  const loose = copyleft.filter(({ name }) => !apart[name]).map(({ name }) => `${name}: copyleft in the page, in no file of its own`);
  const untold = packages
    .filter(({ text }) => text === undefined)
    .map(({ name, licence }) => `${name} is under ${licence} and has no text of it`);
  if (loose.length + untold.length > 0) throw new Error([...loose, ...untold].join('; '));
  return [
    'This page is made with S3, which is under the Apache License 2.0, below, and has these libraries in it:\n',
    ...packages.map(({ name, version, licence }) => `  ${name} ${version}: ${licence}`),
    ...compiled.map(({ name, within, licence }) => `  ${name}, compiled into ${within}: ${licence}`),
    ...copyleft.map(
      ({ name, title, licence, source }) => `
${title} is under ${licence}. It is in ${apart[name].join(', ')} alone: files of their own that you may replace by others that export the same names.
Its source is ${source}, unchanged.`,
    ),
    titled('S3', readFileSync(new URL('../../LICENSE', import.meta.url), 'utf8')),
    ...packages.map(({ name, version, text }) => titled(`${name} ${version}`, text)),
    ...compiled.map(({ name, text }) => titled(name, text())),
    ...(copyleft.length > 0 ? [titled('GNU General Public License, to which the LGPL refers', usualText('gpl-3.0'))] : []),
    '',
  ].join('\n');
}

const bsd = (holders, endorser) => `Copyright (c) ${holders}

Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following conditions are met:

- Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.
- Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the documentation and/or
  other materials provided with the distribution.
- Neither the name of ${endorser} nor the names of its contributors may be used to endorse or promote products derived from this software without specific
  prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY
DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF
USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING
NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.`;
