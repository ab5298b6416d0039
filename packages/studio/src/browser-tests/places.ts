import type { Page } from "playwright-core";
import type { Session } from "../api/index.ts";
import { fit, toScreen } from "../page/graph/camera.ts";
import { edgeCurve } from "../page/graph/curve.ts";
import { EdgeTable } from "../page/graph/edge-table.ts";
import { foldGroups, type Group } from "../page/graph/fold-groups.ts";
import { transformerScene } from "../page/graph/transformer-scene.ts";

/** Where things of the graph lie in a page that shows all of it. */
export async function places(page: Page, address: string, groups: readonly Group[] = []) {
  const session = (await (await fetch(new URL("api/session", address))).json()) as Session;
  const edges = new EdgeTable(session.graph);
  const scene = foldGroups(transformerScene(edges, []), groups);
  const box = (await page.locator("#graph canvas").boundingBox())!;
  const camera = fit(scene.bounds, box);
  const at = (x: number, y: number): [number, number] => {
    const [sx, sy] = toScreen(camera, box, x, y);
    return [box.x + sx, box.y + sy];
  };
  const number = (name: string) =>
    Array.from({ length: edges.count }, (_, i) => i).find((i) => edges.name(i) === name)!;
  return {
    number,
    node(name: string): [number, number] {
      const node = scene.nodes.find((own) => own.name === name)!;
      return at(node.x, node.y);
    },
    /** A point of an edge, `t` of the way along it. */
    edge(name: string, t = 0.5): [number, number] {
      const p = new Float64Array(8);
      edgeCurve(scene, number(name), p);
      const s = 1 - t;
      const along = (i: number) =>
        s ** 3 * p[i]! + 3 * s * s * t * p[i + 2]! + 3 * s * t * t * p[i + 4]! + t ** 3 * p[i + 6]!;
      return at(along(0), along(1));
    },
  };
}
