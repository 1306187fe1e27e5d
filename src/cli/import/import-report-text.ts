import type { ImportReport } from '../../stock-data/import/import-report.js';

/** Most rejected lines shown; the report printed by `--json` has more. */
const LINES_MAX = 20;

/** The result of an import, for people. */
export function importReportText(report: ImportReport): string {
  const lines = [headline(report), ...rejectedLines(report)];
  if (report.duplicates > 0) lines.push(`  ${report.duplicates} rows were replaced by a later row of the same key`);
  if (report.ignored_columns.length > 0) lines.push(`  unused columns: ${report.ignored_columns.join(', ')}`);
  return lines.join('\n');
}

function headline({ dataset, status, rows, accepted, rejected_total }: ImportReport): string {
  switch (status) {
    case 'imported':
      return `${dataset}: ${accepted} rows imported${rejected_total > 0 ? `, ${rejected_total} of ${rows} rejected` : ''}`;
    case 'unchanged':
      return `${dataset}: nothing to do, this file is already imported`;
    case 'rejected':
      return `${dataset}: nothing imported, ${rejected_total} of ${rows} rows rejected (--skip-rejected imports the others)`;
  }
}

function rejectedLines({ rejected, rejected_total }: ImportReport): string[] {
  const shown = rejected.slice(0, LINES_MAX).map(({ line, reason }) => `  line ${line}: ${reason}`);
  return rejected_total > shown.length ? [...shown, `  and ${rejected_total - shown.length} more`] : shown;
}
