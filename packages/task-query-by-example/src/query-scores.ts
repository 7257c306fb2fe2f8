/**
 * How much better each document fits a query than documents do: standard deviations above the mean of all of them.
 *
 * Costs of different queries have no common scale, and one threshold is to serve all.
 *
 * @param costs of one query in each document; NaN where it was not searched for, which scores 0 everywhere
 */
export function queryScores(costs: Float64Array): Float64Array {
  if (costs.some(Number.isNaN)) return new Float64Array(costs.length);
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
  const deviation = Math.sqrt(costs.reduce((sum, cost) => sum + (cost - mean) ** 2, 0) / costs.length);
  return costs.map((cost) => (mean - cost) / Math.max(deviation, 1e-9));
}
