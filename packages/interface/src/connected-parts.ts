import { WiringError } from './errors.ts';
import type { Downstream, Featurizer, FrameSpec, Upstream } from './model.ts';
import { describeValue, isPromise } from './plain-values.ts';
import type { Embeddings, Frames, Waveforms } from './sequences.ts';

// What compilers cannot see, or nobody asked: a part of somebody else's that does not do as it says.

/** @throws WiringError for a part that is missing, or still to be awaited */
export function requireParts(upstream: Upstream, featurizer: Featurizer, downstream: Downstream<unknown>): void {
  for (const [name, part, member] of [
    ['upstream', upstream, 'layers'],
    ['featurizer', featurizer, 'output'],
    ['downstream', downstream, 'input'],
  ] as const) {
    if (isPromise(part)) throw new WiringError(name, 'is a promise', 'connect takes what it promises; put await before what builds it');
    if (!(member in Object(part)))
      throw new WiringError(
        name,
        `is ${describeValue(part)} without \`${member}\``,
        'connect takes upstream, featurizer and downstream, built',
      );
  }
}

/** @throws WiringError for what is no batch of waveforms */
export function requireWaveforms(given: Waveforms): Waveforms {
  const { values, lengths } = (given ?? {}) as Partial<Waveforms>;
  const needed =
    'a model takes { values: (batch, samples), lengths }, which `paddedWaveforms` of @s3/interface/tensors makes of Float32Arrays';
  if (!values || !Array.isArray(lengths)) throw new WiringError('waveforms', `are ${describeValue(given)}`, needed);
  const [rows] = values.shape as readonly number[];
  if (values.shape.length !== 2 || rows !== lengths.length || rows === 0)
    throw new WiringError('waveforms', `are ${describeValue(values)} with ${lengths.length} lengths`, needed);
  return given;
}

/** @throws WiringError for hidden states that are not what the upstream says of its layers */
export function requireLayers(given: readonly Frames[], layers: readonly FrameSpec[], rows: number): readonly Frames[] {
  const wrong = (found: string, needed: string) => new WiringError('upstream', `gives ${found}`, `${needed}; mend the upstream`);
  if (!Array.isArray(given)) throw wrong(describeValue(given), 'it gives a list, with { values, lengths } for each layer');
  if (given.length !== layers.length) throw wrong(`${given.length} layers`, `its \`layers\` lists ${layers.length}`);
  layers.forEach(({ size }, layer) => {
    const { values, lengths } = given[layer] ?? {};
    if (!values || !Array.isArray(lengths))
      throw wrong(`layer ${layer} as ${describeValue(given[layer])}`, 'a layer is { values, lengths }, its lengths plain numbers');
    if (values.isDisposed)
      throw wrong(`layer ${layer} as a tensor that has been disposed`, 'whoever asks disposes it, so it has to be made anew');
    const [batch, , features] = values.shape;
    if (values.shape.length !== 3 || batch !== rows || features !== size || lengths.length !== rows)
      throw wrong(
        `layer ${layer} as a tensor of shape [${values.shape}] with ${lengths.length} lengths`,
        `of ${rows} waveforms it has to be (batch, frames, features), [${rows},frames,${size}], with ${rows} lengths`,
      );
  });
  return given;
}

/** @throws WiringError for an output that is not as large as the downstream model says */
export function requireOutput<Output>(given: Output, outputSize: number, rows: number): Output {
  const sequence = (given ?? {}) as Partial<Frames>;
  const tensor = 'lengths' in sequence ? sequence.values : (given as Embeddings | undefined);
  const shape = tensor?.shape;
  if (!shape || shape[0] !== rows || shape.at(-1) !== outputSize)
    throw new WiringError(
      'downstream',
      `gives ${describeValue(shape ? tensor : given)}`,
      `its \`outputSize\` is ${outputSize} and there are ${rows} utterances; mend the model`,
    );
  return given;
}
