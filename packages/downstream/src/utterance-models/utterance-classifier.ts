import { defineComponent, type FrameSpec, type UtteranceModel } from '@s3/interface';
import { z } from 'zod';
import { attentivePoolingLinear } from './attentive-pooling-linear.ts';
import { cnnSelfAttention } from './cnn-self-attention.ts';
import { deepNetClassifier } from './deep-net-classifier.ts';
import { fcnClassifier } from './fcn-classifier.ts';
import { meanPoolingLinear } from './mean-pooling-linear.ts';

/**
 * The classifiers that S3PRL offers for an utterance, one to be chosen: the linear probe that SUPERB judges by, the same with
 * attention over time, or convolutions with such attention. Weights have the names of the one chosen.
 *
 * @param wiring `outputSize`: number of classes
 */
export const utteranceClassifier = defineComponent({
  name: 'utterance-classifier',
  config: z.object({
    model: z
      .enum(['linear', 'attentive', 'cnn-self-attention', 'fcn', 'deep-net'])
      .default('linear')
      .describe("which: SUPERB's linear probe, or S3PRL's AttentivePooling, CNNSelfAttention, FCN or DeepNet"),
    hiddenSizes: meanPoolingLinear.config.shape.hiddenSizes.describe(
      'of the linear probe: features after each layer before the mean; [] for none',
    ),
    attentive: attentivePoolingLinear.config.prefault({}),
    cnn: cnnSelfAttention.config.prefault({}),
    fcn: fcnClassifier.config.prefault({}),
    deepNet: deepNetClassifier.config.prefault({}),
  }),
  build(wiring: { readonly input: FrameSpec; readonly outputSize: number }, { model, hiddenSizes, ...settings }, context): UtteranceModel {
    if (model === 'attentive') return attentivePoolingLinear(wiring, settings.attentive, context);
    if (model === 'cnn-self-attention') return cnnSelfAttention(wiring, settings.cnn, context);
    if (model === 'fcn') return fcnClassifier(wiring, settings.fcn, context);
    if (model === 'deep-net') return deepNetClassifier(wiring, settings.deepNet, context);
    return meanPoolingLinear(wiring, { hiddenSizes }, context);
  },
});
