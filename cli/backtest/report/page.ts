/** The report as one HTML page: no scripts, nothing fetched; and as Markdown with its plots beside it. */

import { OUR_RULE } from '../../../schemas/measures.ts'
import type { Table } from '../table.ts'
import { PAGE_STYLE } from './style.ts'
import { escaped, svgOf } from './svg.ts'
import type { Plot } from './svg.ts'

/** Parts of a report in reading order. */
export interface Report {
  readonly title: string
  readonly summary: readonly string[]
  readonly cautions: readonly string[]
  readonly sections: readonly Section[]
}
export interface Section {
  readonly heading: string
  readonly tables: readonly Table[]
  readonly plots: readonly Plot[]
  readonly texts: readonly string[]
}

/** Plots wider than this stand alone; on a narrow screen they are moved sideways. */
const WIDE = 600

const paragraphs = (texts: readonly string[], className: string): string =>
  texts.map((text) => `<p class="${className}">${escaped(text)}</p>`).join('\n')

const figureHtml = (plot: Plot): string =>
  `<figure>${plot.width > WIDE ? `<div class="wide" tabindex="0" role="region" aria-label="${escaped(plot.title)}">${svgOf(plot)}</div>` : svgOf(plot)}<figcaption><strong>${escaped(plot.title)}</strong>${escaped(plot.description)}</figcaption></figure>`

const tableHtml = ({ title, head, rows, notes }: Table): string => {
  const heading = head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('')
  const body = rows.map(([name = '', ...cells]) => {
    const figures = cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')
    return `<tr${name === OUR_RULE ? ' class="ours"' : ''}><th scope="row">${escaped(name)}</th>${figures}</tr>`
  })
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(title)}"><table><caption>${escaped(title)}</caption><thead><tr>${heading}</tr></thead>
<tbody>${body.join('\n')}</tbody></table></div>\n${paragraphs(notes, 'notes')}`
}

const sectionHtml = ({ heading, tables, plots, texts }: Section): string => {
  const wide = plots.filter(({ width }) => width > WIDE)
  const narrow = plots.filter(({ width }) => width <= WIDE)
  const pair =
    narrow.length === 0 ? '' : `<div class="pair">${narrow.map(figureHtml).join('\n')}</div>`
  return `<section><h2>${escaped(heading)}</h2>
${paragraphs(texts, 'soft')}\n${wide.map(figureHtml).join('\n')}\n${pair}\n${tables.map(tableHtml).join('\n')}</section>`
}

/** The page; its policy forbids scripts and requests, so that it can be opened and passed on without fear. */
export const htmlOf = ({ title, summary, cautions, sections }: Report): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${paragraphs(summary, 'soft')}
${cautions.length === 0 ? '' : `<ul class="cautions" aria-label="Cautions">${cautions.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul>`}
${sections.map(sectionHtml).join('\n')}
</main>
</body>
</html>
`

const cellText = (cell: string): string => cell.replaceAll('|', '\\|').replaceAll('<', '&lt;')

const tableMarkdown = ({ title, head, rows, notes }: Table): string =>
  [
    `**${title}**`,
    '',
    `| ${head.join(' | ')} |`,
    `|${head.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`,
    ...rows.map((row) => `| ${row.map(cellText).join(' | ')} |`),
    '',
    ...notes.flatMap((note) => [note, '']),
  ].join('\n')

/** The report in Markdown; plots are links to files, since few readers of Markdown show SVG inside it. */
export const markdownOf = (report: Report, linkOf: (plot: Plot) => string): string =>
  [
    `# ${report.title}`,
    ...report.summary,
    ...report.cautions.map((note) => `> ${note}`),
    ...report.sections.flatMap(({ heading, tables, plots, texts }) => [
      `## ${cellText(heading)}`,
      ...texts,
      ...plots.map((plot) => `![${cellText(plot.title)}](${linkOf(plot)})\n\n${plot.description}`),
      ...tables.map(tableMarkdown),
    ]),
  ].join('\n\n') + '\n'
