import { falseAlarmWeight, type QueryTrials, type TermCosts, targetsOf } from './term-weighted-value.ts';

/** Score of a document that was not searched for a query: S3PRL gives it to MediaEval's scorer. */
const missingScore = -10;

/** What scores say of where queries are, as normalised cross entropy. */
export interface CrossEntropy {
  /** of the scores as log-likelihood ratios, in the units of what is known without them: 1 says nothing */
  readonly actual: number;
  /** of the best rising function of the scores, 0..1 */
  readonly least: number;
}

/**
 * Normalized cross entropy of all trials (Cnxe): how much less is known of where the queries are with the scores than without them.
 *
 * Occurrences and the other trials weigh what the prior and the costs say, however many there are. The least one is found by
 * pooling adjacent violators (Ayer et al., 1955).
 *
 * Rodriguez-Fuentes and Penagarikano, "MediaEval 2013 Spoken Web Search Task: System Performance Measures", 2013.
 */
export function normalizedCrossEntropy(queries: readonly QueryTrials[], costs: TermCosts): CrossEntropy {
  const judged = queries.filter((query) => targetsOf(query) > 0);
  // the prior under which a miss and a false alarm cost the same
  const prior = 1 / (1 + falseAlarmWeight(costs));
  const total = (countOf: (query: QueryTrials) => number) => judged.reduce((sum, query) => sum + countOf(query), 0);
  const targets = total(targetsOf);
  const nontargets =
    total(({ scores, unsearchedTargets, unsearchedNontargets }) => scores.length + unsearchedTargets + unsearchedNontargets) - targets;
  const weights = { target: prior / targets, nontarget: nontargets === 0 ? 0 : (1 - prior) / nontargets };

  const steps: Step[] = [];
  for (const { scores, isTarget, unsearchedTargets, unsearchedNontargets } of judged) {
    scores.forEach((score, index) => {
      steps.push({ score, target: isTarget[index] ? weights.target : 0, nontarget: isTarget[index] ? 0 : weights.nontarget });
    });
    const [target, nontarget] = [unsearchedTargets * weights.target, unsearchedNontargets * weights.nontarget];
    if (target + nontarget > 0) steps.push({ score: missingScore, target, nontarget });
  }
  steps.sort((one, other) => one.score - other.score);

  const known = entropy(prior) + entropy(1 - prior);
  const logOdds = Math.log(prior / (1 - prior));
  let actual = 0;
  for (const { score, target, nontarget } of steps) {
    actual += target * softplus(-score - logOdds) + nontarget * softplus(score + logOdds);
  }
  let least = 0;
  for (const { target, nontarget } of pooled(steps)) least += (target + nontarget) * binaryEntropy(target / (target + nontarget));
  return { actual: actual / known, least: least / known };
}

/** Weight of the trials of one score, or of several that were pooled. */
interface Step {
  readonly score: number;
  readonly target: number;
  readonly nontarget: number;
}

/** Blocks in which occurrences become ever more frequent. */
function pooled(steps: readonly Step[]): readonly Step[] {
  const blocks: Step[] = [];
  for (const step of steps) {
    let block = step;
    while (blocks.length > 0 && (blocks.at(-1)!.score === block.score || share(blocks.at(-1)!) >= share(block))) {
      const { target, nontarget } = blocks.pop()!;
      block = { score: block.score, target: target + block.target, nontarget: nontarget + block.nontarget };
    }
    blocks.push(block);
  }
  return blocks;
}

const share = ({ target, nontarget }: Step): number => target / (target + nontarget);
const entropy = (probability: number): number => (probability <= 0 ? 0 : -probability * Math.log(probability));
const binaryEntropy = (probability: number): number => entropy(probability) + entropy(1 - probability);
/** log(1 + exp(x)) without overflow */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
