import { type Extent, InputError } from '@s3/interface';
import { normalizedCrossEntropy } from './normalized-cross-entropy.ts';
import { queryScores } from './query-scores.ts';
import type { SearchReference } from './search-reference.ts';
import {
  actualTermWeightedValue,
  maximumTermWeightedValue,
  type QueryTrials,
  type TermCosts,
  type TermCurve,
  type TermWeightedValue,
  termCurve,
} from './term-weighted-value.ts';

/** Metrics of a search; values and rates are fractions. */
export type SearchLog = {
  /** term weighted value at the best threshold */
  readonly mtwv: number;
  /** term weighted value at the threshold of the settings */
  readonly atwv: number;
  /** score, in deviations above the query's mean, from which on a document counts as found in `mtwv` */
  readonly threshold: number;
  /** at that threshold, the mean over the queries */
  readonly missRate: number;
  /** at that threshold, the mean over the queries */
  readonly falseAlarmRate: number;
  /** normalized cross entropy of the scores, and of the best rising function of them */
  readonly cnxe: number;
  readonly minCnxe: number;
  /** id of the upstream's layer, 0 is the lowest */
  readonly layer: number;
  /** `mtwv` of the queries and documents that were searched, where there are others */
  readonly searchedMtwv?: number;
};

/** A search in one layer. */
export interface JudgedSearch {
  readonly log: SearchLog;
  readonly queries: readonly QueryTrials[];
  readonly curve: TermCurve;
  readonly best: TermWeightedValue;
}

/**
 * Judges what every query cost in every document, in one layer.
 *
 * @param found.queries ids of the queries that were searched for
 * @param found.documents ids of the documents that were searched
 * @param found.costOf a query (its place) in a document (its place), NaN where it could not be searched for
 * @throws InputError for a query that the reference does not know, or a document it knows that was not read
 */
export function judgeSearch(
  found: {
    readonly queries: readonly string[];
    readonly documents: readonly string[];
    readonly costOf: (query: number, document: number) => number;
  },
  reference: Pick<SearchReference, 'occurrences' | 'documents'>,
  {
    layer,
    costs,
    decisionThreshold,
    isPartial,
  }: { readonly layer: number; readonly costs: TermCosts; readonly decisionThreshold: number } & Extent,
): JudgedSearch {
  const searched = new Set(found.documents);
  const others = isPartial ? [] : reference.documents.filter((id) => !searched.has(id));
  const trials = trialsOf(found, reference.occurrences, new Set(others));
  const places = new Map(found.queries.map((id, place) => [id, place]));
  const stranger = found.queries.find((id) => !reference.occurrences.has(id));
  if (stranger !== undefined) {
    throw new InputError(`query ${stranger}`, 'nothing that says where it is', 'the documents that have it', 'Add its row.');
  }
  const all = [...reference.occurrences.keys()].map((id): QueryTrials => {
    const place = places.get(id);
    return trials(id, place);
  });
  const curve = termCurve(all, costs);
  const best = maximumTermWeightedValue(curve);
  const { actual, least } = normalizedCrossEntropy(all, costs);
  const isWhole = others.length === 0 && all.every(({ scores }) => scores.length > 0);
  return {
    log: {
      mtwv: best.value,
      atwv: actualTermWeightedValue(curve, decisionThreshold).value,
      threshold: best.threshold,
      missRate: best.missRate,
      falseAlarmRate: best.falseAlarmRate,
      cnxe: actual,
      minCnxe: least,
      layer,
      ...(!isWhole && { searchedMtwv: searchedValue(all, costs) }),
    },
    queries: all,
    curve,
    best,
  };
}

/** Makes the trials of a query, of which `place` says where it is among those that were searched for. */
function trialsOf(
  { documents, costOf }: Parameters<typeof judgeSearch>[0],
  occurrences: SearchReference['occurrences'],
  others: ReadonlySet<string>,
): (query: string, place: number | undefined) => QueryTrials {
  return (query, place) => {
    const having = new Set(occurrences.get(query));
    const isTarget = documents.map((id) => having.has(id));
    const unsearchedTargets = [...having].filter((id) => others.has(id)).length;
    const unsearched = { unsearchedTargets, unsearchedNontargets: others.size - unsearchedTargets };
    if (place !== undefined) {
      return {
        query,
        scores: queryScores(Float64Array.from(documents, (_, document) => costOf(place, document))),
        isTarget,
        ...unsearched,
      };
    }
    const targets = isTarget.filter(Boolean).length;
    return {
      query,
      scores: new Float64Array(0),
      isTarget: [],
      unsearchedTargets: unsearchedTargets + targets,
      unsearchedNontargets: unsearched.unsearchedNontargets + documents.length - targets,
    };
  };
}

function searchedValue(queries: readonly QueryTrials[], costs: TermCosts): number {
  const searched = queries
    .filter(({ scores, isTarget }) => scores.length > 0 && isTarget.includes(true))
    .map((query) => ({ ...query, unsearchedTargets: 0, unsearchedNontargets: 0 }));
  return searched.length === 0 ? Number.NaN : maximumTermWeightedValue(termCurve(searched, costs)).value;
}
