import type { QueryTrials } from './term-weighted-value.ts';

/** Every score as csv: `query,document,score,label`, 1 where the document has the query. */
export function scoreTable(queries: readonly QueryTrials[], documents: readonly string[]): string {
  const cell = (id: string) => (/[",\r\n]/.test(id) ? `"${id.replaceAll('"', '""')}"` : id);
  const lines = queries.flatMap(({ query, scores, isTarget }) =>
    Array.from(
      scores,
      (score, document) => `${cell(query)},${cell(documents[document]!)},${score.toFixed(4)},${isTarget[document] ? 1 : 0}\n`,
    ),
  );
  return `query,document,score,label\n${lines.join('')}`;
}

/**
 * Scores in the form of NIST's evaluation of 2006 (`stdlist`), as S3PRL writes them for MediaEval's scorer.
 *
 * @param decisionThreshold documents of a higher score are said to have the query
 */
export function stdlist(queries: readonly QueryTrials[], documents: readonly string[], decisionThreshold: number): string {
  const lists = queries.flatMap(({ query, scores }) => {
    if (scores.length === 0) return [];
    const terms = Array.from(scores, (score, document) => {
      const decision = score > decisionThreshold ? 'YES' : 'NO';
      return `    <term file="${escaped(documents[document]!)}" channel="1" tbeg="0.000" dur="0.00" score="${score.toFixed(4)}" decision="${decision}"/>\n`;
    });
    return `  <detected_termlist termid="${escaped(query)}" term_search_time="1.0" oov_term_count="1">\n${terms.join('')}  </detected_termlist>\n`;
  });
  const about = 'termlist_filename="benchmark.stdlist.xml" indexing_time="1.00" language="english" index_size="1" system_id="benchmark"';
  return `<?xml version='1.0' encoding='UTF-8'?>\n<stdlist ${about}>\n${lists.join('')}</stdlist>\n`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
