/** Markdown as GitHub and CommonMark read it. */

export function escapeMarkdown(text: string): string {
  // Brackets alone are those of intervals; with what follows they would be a link or an image.
  const escaped = text.replace(/\s*[\r\n]+\s*/g, ' ').replace(/[\\`*_<>|#~]/g, (sign) => `\\${sign}`);
  return escaped.replace(/\](?=[([:])/g, '\\]');
}

export interface MarkdownColumn {
  readonly label: string;
  readonly isNumeric: boolean;
}

export function markdownTable(columns: readonly MarkdownColumn[], rows: readonly (readonly string[])[]): string {
  const lines = [
    columns.map(({ label }) => escapeMarkdown(label)),
    columns.map(({ isNumeric }) => (isNumeric ? '---:' : '---')),
    ...rows.map((row) => row.map(escapeMarkdown)),
  ];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

export function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}
