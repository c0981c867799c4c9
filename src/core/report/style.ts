/**
 * The one style sheet of report.html. The page's CSP allows exactly this text by its hash, so nothing that got into the page could bring a
 * style of its own. `test/unit/report` recomputes the hash.
 */
export const style = `
:root{color-scheme:light dark;--bg:#fff;--soft:#f6f8fa;--line:#d1d9e0;--text:#1f2328;--quiet:#59636e;--link:#0969da;
--pass:#1a7f37;--warn:#9a6700;--fail:#cf222e;--error:#8250df;--skipped:#59636e;--bad:#cf222e14;--track:#eaeef2;--base:#59636e;--cand:#0969da}
@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--soft:#151b23;--line:#3d444d;--text:#e6edf3;--quiet:#9198a1;--link:#4493f8;
--pass:#3fb950;--warn:#d29922;--fail:#f85149;--error:#ab7df8;--skipped:#9198a1;--bad:#f8514922;--track:#212830;--base:#9198a1;--cand:#4493f8}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:66rem;margin:0 auto;padding:1.5rem 1rem 4rem}
header{border-left:6px solid var(--skipped);padding:.1rem 0 .3rem 1rem;margin-bottom:1rem}
header.pass{border-color:var(--pass)}header.warn{border-color:var(--warn)}header.fail{border-color:var(--fail)}header.error{border-color:var(--error)}
h1{font-size:1.7rem;line-height:1.3;margin:0}h1 code,h2 code{background:none;padding:0;font-size:.95em}
h2{font-size:1.25rem;margin:2.6rem 0 .4rem;padding-top:1.4rem;border-top:1px solid var(--line)}
h3,h2.part{font-size:1rem;margin:1.8rem 0 .5rem;padding:0;border:0}
p{margin:.5rem 0}
code,pre{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code{background:var(--soft);border-radius:4px;padding:.1em .3em;overflow-wrap:anywhere}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.7rem .9rem;margin:.5rem 0;overflow-x:auto}
a{color:var(--link)}
.lead{font-size:1.1rem}
.quiet,footer,.note{color:var(--quiet);font-size:.875rem}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:1rem;overflow-wrap:anywhere}
.badge{display:inline-block;border-radius:2em;padding:.05em .7em;font-size:.8rem;font-weight:600;color:var(--bg);background:var(--skipped);white-space:nowrap}
.badge.pass{background:var(--pass)}.badge.warn{background:var(--warn)}.badge.fail{background:var(--fail)}.badge.error{background:var(--error)}
.badge.neutral{background:none;color:var(--quiet);box-shadow:inset 0 0 0 1px var(--line)}
.finding{border-left:4px solid var(--skipped);background:var(--soft);border-radius:0 6px 6px 0;padding:.6rem .9rem;margin:.7rem 0;overflow-wrap:anywhere}
.finding.warn{border-color:var(--warn)}.finding.fail{border-color:var(--fail)}.finding.error{border-color:var(--error)}
.finding p{margin:.2rem 0}.finding pre{background:var(--bg)}
caption,.unseen{position:absolute;width:1px;height:1px;margin:0;padding:0;border:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.scroll{overflow-x:auto;position:relative}:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .7rem;border-bottom:1px solid var(--line)}
td code{overflow-wrap:break-word}
th{color:var(--quiet);font-weight:600;white-space:nowrap}
td.figure{white-space:nowrap;font-variant-numeric:tabular-nums}
figure{margin:0;border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:.8rem;margin:.8rem 0}
figcaption{display:flex;gap:.6rem;flex-wrap:wrap;align-items:baseline;margin-bottom:.4rem}
svg{display:block;width:100%;max-width:38rem;height:auto;overflow:visible}
svg text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--text)}
svg .value,svg .small{paint-order:stroke;stroke:var(--bg);stroke-width:3px;stroke-linejoin:round}svg .small{font-size:11px;fill:var(--quiet)}svg .value{fill:var(--text);font-weight:600}
svg .small.fail{fill:var(--fail)}svg .small.warn{fill:var(--warn)}
svg .frame{stroke:var(--line)}svg .ideal{stroke:var(--base);stroke-dasharray:2 4}svg .track{fill:var(--track)}svg .bad{fill:var(--bad)}
svg .limit{stroke-width:1.5;stroke-dasharray:4 3}svg .limit.fail{stroke:var(--fail)}svg .limit.warn{stroke:var(--warn)}
svg .whisker{stroke-width:2}svg .whisker.baseline{stroke:var(--base)}svg .whisker.candidate{stroke:var(--cand)}
svg .point.baseline{fill:var(--bg);stroke:var(--base);stroke-width:2}svg .point.candidate{fill:var(--cand)}
svg .part.reference{fill:var(--bg);stroke:var(--base);stroke-width:1.2}svg .part.current{fill:var(--cand)}
svg .bar{fill:var(--pass)}svg .bar.fail{fill:var(--fail)}svg .bar.warn{fill:var(--warn)}svg .bar.inconclusive,svg .bar.skipped{fill:var(--skipped)}
details{margin:.6rem 0}summary{cursor:pointer}
@media(max-width:480px){svg text{font-size:19px}svg .value,svg .small{paint-order:stroke;stroke:var(--bg);stroke-width:3px;stroke-linejoin:round}svg .small{font-size:17px}th,td{padding:.4rem .45rem}td:not(.figure):last-child{min-width:13rem}}
@media print{.finding,figure,tr{break-inside:avoid}.badge,svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}.scroll{overflow:visible}td.figure{white-space:normal}}
`

/** base64 of the sha256 of `style` */
export const styleHash = 'LLZs7cJ89smmGLK6iNbRFk/altKzrUTJ/tZfElsCTpE='
