import { useSignal } from "@preact/signals";
import type { ExportFormat } from "../../api/index.ts";
import { messageOf } from "../client/errors.ts";
import type { GraphView } from "../graph/graph-view.ts";
import { themes } from "../graph/theme.ts";
import { download, fileName } from "../keep/download.ts";
import { graphSvg } from "../keep/graph-svg.ts";
import { embeddedData, standaloneHtml } from "../keep/standalone.ts";
import { isDark } from "../state/dark.ts";
import { Fault } from "../ui/fault.tsx";
import { useStudio } from "../ui/studio-context.ts";
import { useFault } from "../ui/use-fault.ts";

/** Files of what is seen. */
export function Exports({ view }: { view: () => GraphView | null }) {
  const studio = useStudio();
  const error = useFault();
  const busy = useSignal<string | null>(null);
  const without = useSignal(true);
  const { title } = studio.session;
  const as = (what: string, work: () => Promise<void>) => async () => {
    busy.value = what;
    error.value = null;
    try {
      await work();
    } catch (failure) {
      error.value = messageOf(failure);
    }
    busy.value = null;
  };
  const served = (format: ExportFormat, ending: string) => async () => {
    const choice = studio.choice.value;
    if (!choice) return;
    const file = fileName(`${title} ${format}`, ending);
    const ablated = without.value ? choice.ablated : [];
    const name = file.slice(0, -ending.length - 1);
    download(file, await studio.api.exportFile({ format, circuit: choice.circuit, ablated, name }));
  };
  const svg = async () => {
    const drawn = studio.drawn.value;
    if (!drawn) return;
    const theme = isDark(studio.state.dark) ? themes.dark : themes.light;
    const text = graphSvg(studio.scene.value, drawn, studio.drawnAblated.value, theme, title);
    download(fileName(title, "svg"), text, "image/svg+xml");
  };
  const html = async () => {
    const response = await fetch(new URL("standalone.html", document.baseURI));
    if (!response.ok) throw new Error(`The page's template could not be read: ${response.status}.`);
    const text = standaloneHtml(await response.text(), await embeddedData(studio));
    download(fileName(title, "html"), text, "text/html");
  };
  const buttons: readonly (readonly [id: string, title: string, work: () => Promise<void>, live: boolean])[] = [
    ["json", "Circuit (JSON)", served("autocircuit", "json"), true],
    ["eap-ig", "Circuit (EAP-IG)", served("eap-ig", "json"), true],
    ["scores", "Scores", served("scores", "safetensors"), true],
    ["prompts", "Prompts (CSV)", served("prompts", "csv"), true],
    ["svg", "SVG", svg, false],
    ["png", "PNG", async () => download(fileName(title, "png"), await view()!.png(3)), false],
    ["html", "One HTML file", html, true],
  ];
  return (
    <section class="block" aria-label="Export" aria-busy={busy.value !== null}>
      <h2>Export</h2>
      <div class="buttons">
        {buttons.map(([id, name, work, live]) => (
          <button
            key={id}
            type="button"
            id={`export-${id}`}
            disabled={busy.value !== null || (live && !studio.api.live)}
            onClick={as(id, work)}
          >
            {busy.value === id ? "writing …" : name}
          </button>
        ))}
      </div>
      <label class="inline">
        <input
          type="checkbox"
          checked={without.value}
          onChange={(event) => {
            without.value = event.currentTarget.checked;
          }}
        />
        <span class="soft">circuits without the ablated edges</span>
      </label>
      <p class="hint">
        The HTML file holds the graph, the scores shown, the prompts and the last run; it needs no server.
      </p>
      <Fault text={error.value} />
    </section>
  );
}
