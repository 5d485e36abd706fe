/** One line of the report; without figures if the subject could not be measured. */
export type Row = {
  readonly case: string;
  readonly subject: string;
  readonly threads: number;
  readonly median_ms?: number;
  readonly p10_ms?: number;
  readonly p90_ms?: number;
  readonly runs?: number;
  readonly peak_rss_mb?: number;
  readonly note: string;
};

/** The rows as a Markdown table, with the ratio of each time to denoiser's in the same case. */
export function table(rows: readonly Row[]): string {
  const ours = new Map(rows.filter(({ subject }) => subject === 'denoiser').map((row) => [row.case, row.median_ms]));
  const lines = rows.map((row) => {
    const { median_ms: median, p10_ms: p10, p90_ms: p90 } = row;
    const own = ours.get(row.case);
    const ratio = median && own ? (median / own).toFixed(2) : '';
    const times = median && p10 && p90 ? `${format(median)} | ${format(p10)}–${format(p90)}` : '– | –';
    return `| ${row.case} | ${row.subject} | ${row.threads} | ${times} | ${ratio} | ${row.peak_rss_mb?.toFixed(0) ?? ''} | ${row.note} |`;
  });
  return [
    '| case | subject | threads | median ms | p10–p90 | × denoiser | peak MB | note |',
    '|---|---|---:|---:|---:|---:|---:|---|',
    ...lines,
  ].join('\n');
}

const format = (ms: number) => (ms < 10 ? ms.toFixed(2) : ms.toFixed(0));
