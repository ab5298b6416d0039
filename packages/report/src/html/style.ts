import { ground, sans, statusColor } from "../palette.ts";

/** Style of the page: one column for reading, figures as wide as they need, light and dark, and paper. */
export function pageStyle(): string {
  return `
:root{color-scheme:light dark;${variables("light")}}
@media screen and (prefers-color-scheme:dark){:root{${variables("dark")}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 ${sans};-webkit-text-size-adjust:100%}
main{max-width:68rem;margin:0 auto;padding:3rem 1.5rem 4rem}
h1{font-size:1rem;font-weight:600;margin:0;color:var(--soft);overflow-wrap:anywhere}
.answer{font-size:clamp(1.6rem,1.1rem + 2vw,2.4rem);line-height:1.2;font-weight:680;letter-spacing:-.015em;margin:.35rem 0 .9rem;text-wrap:balance}
.answer .sign{display:inline-block;min-width:1.1em;color:var(--found)}
.answer.differs .sign{color:var(--missed)}
.lead{margin:0;color:var(--soft);max-width:62ch;overflow-wrap:anywhere}
.lead b{color:var(--ink);font-weight:600}
.figures{display:flex;flex-wrap:wrap;gap:.4rem 2.6rem;margin:1.6rem 0 0;padding:1rem 0 0;border-top:1px solid var(--line)}
.figures div{display:flex;flex-direction:column-reverse}
.figures dt{font-size:.8rem;color:var(--soft)}
.figures dd{margin:0;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}
section{margin-top:2.8rem}
h2{font-size:1.15rem;font-weight:650;margin:0 0 .7rem}
section>p{max-width:66ch;margin:.4rem 0}
.aside{color:var(--soft);font-size:.9rem}
figure{margin:1.4rem 0 0;padding:.4rem;border:1px solid var(--line);border-radius:10px;overflow:auto;background:var(--paper)}
figure svg{display:block;margin:0 auto;max-width:100%;min-width:min(var(--least,28rem),100rem);height:auto}
figure{scrollbar-width:thin;scrollbar-color:var(--soft) transparent}
figure.curve svg{min-width:0}
.sideways{display:none;position:sticky;left:0;margin:.2rem .4rem .6rem;font-size:.85rem;color:var(--soft)}
.picture{position:relative;margin-top:1.4rem}
.picture figure{margin-top:.5rem}
.unfold,.full-size{position:absolute;opacity:0}
.unfold+label,.full-size+label{display:inline-block;padding:.3rem .8rem;border:1px solid var(--line);border-radius:999px;font-size:.85rem;cursor:pointer;user-select:none}
.unfold+label::before,.full-size+label::before{content:"+ "}
.unfold:checked+label::before,.full-size:checked+label::before{content:"✓ "}
.unfold+label:hover{background:var(--panel)}
.unfold:focus-visible+label{outline:2px solid var(--found);outline-offset:2px}
.picture .full-size+label,.narrow{display:none}
.unfold:not(:checked)~.unfolded,.unfold:checked~.folded{display:none}
.folded .band{cursor:zoom-in}
.unfolded .band{cursor:zoom-out}
figure.wide svg{max-width:none}
.full-size:not(:checked)~.folded svg{min-width:0;max-width:100%}
.full-size:not(:checked)~.folded .sideways{display:none}
.autocircuit-diagram .edge,.autocircuit-diagram .box{transition:opacity .12s}
.autocircuit-diagram.focus .edge:not(.on){opacity:.09}
.autocircuit-diagram.focus .edge.on{opacity:1}
.scroll .sideways{display:none;width:fit-content;margin:.5rem .8rem}
.scroll.cut .sideways{display:block}
.scroll{overflow:auto;max-height:36rem;border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{padding:.36rem .8rem;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--line);overflow-wrap:normal}
tbody tr:last-child td{border-bottom:0}
thead th{position:sticky;top:0;background:var(--panel);z-index:1;font-weight:600}
th button{all:unset;position:relative;cursor:pointer;font-size:.85rem;color:var(--soft)}
th button:hover{color:var(--ink)}
th button:focus-visible{outline:2px solid var(--found);outline-offset:3px}
th button::after{position:absolute;left:calc(100% + .3em);top:.35em;font-size:.7em;line-height:1.4}
th.number button::after{left:auto;right:calc(100% + .3em)}
th[aria-sort=ascending] button::after{content:"▲"}
th[aria-sort=descending] button::after{content:"▼"}
.number{text-align:right;position:relative;white-space:nowrap}
td.number span{position:relative}
td.number .bar{position:absolute;right:0;bottom:0;height:3px;background:var(--found);opacity:.55;border-radius:2px 0 0 2px}
td.number .whisker{position:absolute;bottom:0;height:7px;border:solid var(--soft);border-width:0 1px;background:linear-gradient(var(--soft),var(--soft)) 0 3px/100% 1px no-repeat}
.name{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.88em;white-space:nowrap}
.latent-label{min-width:9rem;overflow-wrap:anywhere}
.mark{width:2.6rem}
.mark abbr{text-decoration:none;font-weight:700;font-size:1.1em;cursor:help}
tr.found .mark,tr.circuit .mark{color:var(--found)}
tr.missed .mark,tr.missed .name{color:var(--missed)}
tr.extra .mark,tr.extra .name{color:var(--extra)}
tr.extra .bar{background:var(--extra)}
tr .none{color:var(--soft)}
tbody tr:hover,tr.on{background:var(--panel)}
.notes{margin:.4rem 0;padding:0;list-style:none;max-width:68ch}
.notes li{padding:.55rem 0 .55rem 1.1rem;border-left:3px solid var(--missed);margin-bottom:.6rem;overflow-wrap:anywhere}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.15rem 2rem;margin:0}
.pairs div{display:flex;gap:.8rem;justify-content:space-between;border-bottom:1px solid var(--line);padding:.32rem 0;font-size:.92rem}
.pairs dt{color:var(--soft)}
.pairs dd{margin:0;text-align:right;overflow-wrap:anywhere;min-width:0}
pre{background:var(--panel);border-radius:8px;padding:.9rem 1.1rem;overflow:auto;font:.88rem/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere;margin:.4rem 0}
@media screen{
.shrunk .unfold:not(:checked)~.full-size+label{display:inline-block}
.shrunk .full-size:checked~.folded svg{max-width:none}
figure.wide .sideways{display:block}
}
@media screen and (max-width:68rem){
.broad .unfold:not(:checked)~.full-size+label{display:inline-block}
.broad .full-size:checked~.folded svg{max-width:none}
}
@media(max-width:40rem){
figure svg{min-width:calc(1.2*var(--least,28rem))}
figure.curve svg{min-width:0}
.sideways{display:block}
.unfold:not(:checked)~.full-size+label{display:inline-block}
.unfold:not(:checked)~.full-size:not(:checked)~.narrow{display:block}
.full-size:not(:checked)~.narrow~.folded{display:none}
main{padding:1.6rem .9rem 2.4rem}
th,td{padding:.36rem .55rem}
}
@media print{
@page{margin:14mm}
main{max-width:none;padding:0}
body{font-size:9pt;line-height:1.35}
.answer{font-size:15pt;margin:.2rem 0 .4rem}
.figures{margin-top:.6rem;padding-top:.4rem;gap:.2rem 1.8rem}
.figures dd{font-size:11pt}
section{margin-top:1.1rem}
h2{font-size:11pt;margin-bottom:.3rem}
th,td{padding:.1rem .5rem}
.scroll{max-height:none;overflow:visible;border:0}
.scroll.many{columns:2;column-gap:1.4rem}
thead th{position:static}
figure{overflow:visible;border:0;padding:0;margin-top:.7rem}
.sideways{display:none}
figure svg,figure.wide svg{max-width:100%;min-width:0;max-height:42vh}
figure.tall svg{max-height:94vh}
.name{white-space:normal;overflow-wrap:anywhere}
.notes li{padding:.15rem 0 .15rem .8rem;margin-bottom:.25rem}
.pairs{grid-template-columns:repeat(3,1fr);gap:0 1.4rem}
.pairs div{padding:.1rem 0;font-size:8pt}
pre{padding:.4rem .6rem}
.unfold,.unfold+label,.full-size,.picture .full-size+label,.scroll.cut .sideways{display:none}
h2{break-after:avoid}
figure,tr,.figures,.notes li{break-inside:avoid}
}`.trim();
}

function variables(scheme: "light" | "dark"): string {
  const { paper, panel, ink, soft, line } = ground[scheme];
  const { found, missed, extra } = statusColor[scheme];
  const all = { paper, panel, ink, soft, line, found, missed, extra };
  return Object.entries(all)
    .map(([name, color]) => `--${name}:${color}`)
    .join(";");
}
