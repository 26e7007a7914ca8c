/** Colours and type of the report: light, dark and printed. Blue and orange are told apart by most eyes, and by dashes. */

const LIGHT =
  '--ink:#1b2430;--soft:#5b6675;--line:#d9dee5;--paper:#fff;--panel:#f6f8fa;--ours:#1f5fa8;--pass:#1f5fa8;--fail:#c2521b;--other:#8a94a3;--band:#cfdcec;--warn:#8a5a00'
const DARK =
  '--ink:#e6eaf0;--soft:#a3adba;--line:#333c48;--paper:#12161c;--panel:#1a2028;--ours:#6fb1ff;--pass:#6fb1ff;--fail:#ff9a5c;--other:#7d8896;--band:#2a3d55;--warn:#f0c060'

/** Variables by colour scheme; paper is always white. */
const SCHEMES = `:root{color-scheme:light dark;${LIGHT}}@media screen and (prefers-color-scheme:dark){:root{${DARK}}}`

/** Classes of the plots, for the page and for an SVG that stands alone. */
export const PLOT_STYLE = `${SCHEMES}
svg{font:12px system-ui,sans-serif;max-width:100%;height:auto}
svg text{fill:var(--soft);stroke:var(--panel);stroke-width:3px;paint-order:stroke}svg .name{fill:var(--ink)}svg .strong{fill:var(--ink);font-weight:600}
.grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}
.zero{stroke:var(--ink);stroke-width:1.2}.ideal{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 3;fill:none}
.bar-ours{fill:var(--ours)}.bar-other{fill:var(--other)}.bar-ceiling{fill:var(--band);stroke:var(--other);stroke-width:1.2}.bar-over{fill:none;stroke:var(--other);stroke-width:1.2;stroke-dasharray:4 3}
.whisker{stroke:var(--ink);stroke-width:1.4}.strict{stroke:var(--fail);stroke-width:3}
.band{fill:var(--band)}.dot{fill:var(--ours);stroke:var(--paper);stroke-width:1}.dot-other{fill:var(--other);stroke:var(--paper);stroke-width:1}
.dot-over{fill:var(--paper);stroke:var(--other);stroke-width:1.6}.line-ours{stroke:var(--ours);stroke-width:2;fill:none}
.pass{stroke:var(--pass);stroke-width:2;fill:none}.fail{stroke:var(--fail);stroke-width:2;fill:none;stroke-dasharray:6 3}
.chance{stroke:var(--soft);stroke-width:1.5;fill:none;stroke-dasharray:1 3}
.cost-none{stroke:var(--other);stroke-width:2;fill:none}.cost-rerun{stroke:var(--fail);stroke-width:2;fill:none;stroke-dasharray:8 3}.cost-usual{stroke:var(--ours);stroke-width:2.5;fill:none}
.over{stroke-dasharray:1 4}.level{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:6 3 1 3}
.stop{stroke:var(--ink);stroke-width:1.5}.stop-density{stroke:var(--fail);stroke-width:1.5;stroke-dasharray:5 3}.stop-compat{stroke:var(--other);stroke-width:1.5;stroke-dasharray:2 2}`

/** Style of the page around the plots. */
export const PAGE_STYLE = `${PLOT_STYLE}
*{box-sizing:border-box}body{margin:0 auto;padding:2rem 1rem 4rem;max-width:68rem;font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 .5rem}h2{font-size:1.2rem;margin:2.5rem 0 .75rem}h3{font-size:1rem;margin:1.5rem 0 .5rem;overflow-wrap:anywhere}
p{max-width:48rem}.soft{color:var(--soft)}.notes{color:var(--soft);font-size:.875rem}
.cautions{border-left:4px solid var(--warn);background:var(--panel);padding:.75rem 1rem .75rem 2rem;margin:1.5rem 0}
.scroll{overflow-x:auto;margin-top:1.75rem}table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums;width:100%}
caption{text-align:left;font-weight:600;font-size:1.05rem;padding:.25rem 0 .5rem}
th,td{padding:.35rem .6rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:500}th:first-child{text-align:left;font-weight:500}tr.ours th,tr.ours td{font-weight:650}
figure{margin:1.25rem 0;padding:1rem;background:var(--panel);border-radius:6px}figcaption{font-size:.875rem;color:var(--soft);max-width:48rem}
figcaption strong{display:block;color:var(--ink);font-size:1rem;margin-bottom:.25rem}figure .dot-over{fill:var(--panel)}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(22rem,1fr));gap:1rem}.pair figure{margin:0}.pair figure:only-child{display:grid;grid-template-columns:minmax(0,27.5rem) 1fr;gap:1rem;align-items:center}.wide{overflow-x:auto}.wide svg{min-width:40rem}
@media print{body{font-size:10pt;max-width:none;padding:0}figure,table{break-inside:avoid}h2,h3{break-after:avoid}.scroll{overflow:visible}table{font-size:7.5pt}.notes,figcaption{font-size:8pt}.wide{overflow:visible}.wide svg{min-width:0}th,td{padding:.2rem .3rem}}
@media(max-width:48rem){.pair,.pair figure:only-child{grid-template-columns:minmax(0,1fr)}figure{padding:.5rem}}`
