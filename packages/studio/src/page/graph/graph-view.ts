import { type Camera, fit, toWorld, type ViewSize, zoomAt } from "./camera.ts";
import { paintEdges, type Slices } from "./paint-edges.ts";
import { paintCaptions, paintNodes, paintRemark } from "./paint-nodes.ts";
import { type Hit, type Overlay, paintOverlay } from "./paint-overlay.ts";
import type { Raster } from "./raster.ts";
import { type Scene, varyingRemark } from "./scene.ts";
import type { ShownEdges } from "./shown-edges.ts";
import { type Theme, themes } from "./theme.ts";

/** What a view shows. */
export interface Picture extends Overlay {
  scene: Scene;
  shown: ShownEdges;
  pinned: ReadonlySet<string>;
}

/** How much more than the view is painted ahead on each side, so that panning finds something there. */
const ahead = 0.2;

/**
 * The graph on a canvas. Edges and boxes are painted once into a sheet somewhat larger than the view; moving moves the sheet, and a new one
 * is painted as soon as the view rests. Over it, in each frame, comes what changes with the pointer.
 */
export class GraphView {
  readonly #canvas: HTMLCanvasElement;
  readonly #ctx: CanvasRenderingContext2D;
  readonly #onCamera: (camera: Camera) => void;
  #picture: Picture | null = null;
  #theme: Theme = themes.light;
  #size: ViewSize = { width: 1, height: 1 };
  #camera: Camera = { x: 0, y: 0, zoom: 1 };
  #hit: Hit | null = null;
  #lasso: readonly (readonly [number, number])[] = [];
  #sheet: { canvas: HTMLCanvasElement; camera: Camera; size: ViewSize; raster: Raster } | null = null;
  #painting = 0;
  #frame = 0;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #used: Uint8Array = new Uint8Array();

  constructor(canvas: HTMLCanvasElement, onCamera: (camera: Camera) => void) {
    this.#canvas = canvas;
    this.#ctx = canvas.getContext("2d", { alpha: false })!;
    this.#onCamera = onCamera;
  }

  get camera(): Camera {
    return this.#camera;
  }

  /** The scene that is shown. */
  get scene(): Scene | null {
    return this.#picture?.scene ?? null;
  }

  get size(): ViewSize {
    return this.#size;
  }

  /** Shows a picture. Edges are painted anew where these changed, else only what lies over them. */
  show(picture: Picture, dark: boolean): void {
    const before = this.#picture;
    const theme = dark ? themes.dark : themes.light;
    const same =
      before?.scene === picture.scene &&
      before.shown === picture.shown &&
      before.pinned === picture.pinned &&
      theme === this.#theme;
    this.#picture = picture;
    this.#theme = theme;
    if (before?.scene !== picture.scene) this.#hit = null;
    if (!same) {
      this.#used = new Uint8Array(picture.scene.nodes.length);
      for (const edge of picture.shown.edges) {
        this.#used[picture.scene.from[edge]!] = 1;
        this.#used[picture.scene.to[edge]!] = 1;
      }
      if (before?.scene !== picture.scene) this.#sheet = null;
      void this.#paint();
    }
    this.#draw();
  }

  resize(width: number, height: number): void {
    if (width === this.#size.width && height === this.#size.height) return;
    this.#size = { width: Math.max(1, width), height: Math.max(1, height) };
    this.#canvas.width = Math.round(this.#size.width * ratio());
    this.#canvas.height = Math.round(this.#size.height * ratio());
    this.#draw();
    void this.#paint();
  }

  /** Looks elsewhere; once that rests it is painted anew and told. */
  look(camera: Camera): void {
    this.#camera = camera;
    this.#draw();
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      this.#onCamera(camera);
      void this.#paint();
    }, 120);
  }

  /** Looks elsewhere at once, without telling: where the page begins. */
  begin(camera: Camera): void {
    this.#camera = camera;
    this.#draw();
    void this.#paint();
  }

  fitted(): Camera {
    return this.#picture ? fit(this.#picture.scene.bounds, this.#size) : this.#camera;
  }

  zoom(factor: number, px = this.#size.width / 2, py = this.#size.height / 2): void {
    this.look(zoomAt(this.#camera, this.#size, px, py, factor));
  }

  pan(dx: number, dy: number): void {
    const { x, y, zoom } = this.#camera;
    this.look({ x: x - dx / zoom, y: y - dy / zoom, zoom });
  }

  /** Moves as little as brings a node into view. */
  reveal(node: number): void {
    const at = this.#picture?.scene.nodes[node];
    if (!at) return;
    const { x, y, zoom } = this.#camera;
    const halfWidth = Math.max(0, this.#size.width / 2 / zoom - at.width);
    const halfHeight = Math.max(0, this.#size.height / 2 / zoom - at.height * 1.5);
    const nx = Math.min(at.x + halfWidth, Math.max(at.x - halfWidth, x));
    const ny = Math.min(at.y + halfHeight, Math.max(at.y - halfHeight, y));
    if (nx !== x || ny !== y) this.look({ x: nx, y: ny, zoom });
  }

  /** What lies at a point of the view: a node before an edge. */
  hitAt(px: number, py: number): Hit | null {
    const { scene } = this.#picture ?? {};
    if (!scene) return null;
    const [wx, wy] = toWorld(this.#camera, this.#size, px, py);
    const slack = Math.min(4, 2 / this.#camera.zoom);
    const node = scene.nodes.findIndex(
      (n) => Math.abs(wx - n.x) <= n.width / 2 + slack && Math.abs(wy - n.y) <= n.height / 2 + slack,
    );
    if (node >= 0) return { node };
    const sheet = this.#sheet;
    if (!sheet) return null;
    const scale = sheet.camera.zoom * ratio();
    const x = (wx - sheet.camera.x) * scale + sheet.raster.width / 2;
    const y = (wy - sheet.camera.y) * scale + sheet.raster.height / 2;
    const edge = sheet.raster.find(x, y, Math.round(5 * ratio()));
    return edge < 0 ? null : { edge };
  }

  hover(hit: Hit | null): void {
    if (hit?.node === this.#hit?.node && hit?.edge === this.#hit?.edge) return;
    this.#hit = hit;
    this.#draw();
  }

  lasso(points: readonly (readonly [number, number])[]): void {
    this.#lasso = points;
    this.#draw();
  }

  /** The picture as it is seen, `scale` times as large. */
  async png(scale: number): Promise<Blob> {
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(this.#size.width * scale);
    canvas.height = Math.round(this.#size.height * scale);
    const ctx = canvas.getContext("2d")!;
    ctx.scale(scale, scale);
    ctx.fillStyle = this.#theme.paper;
    ctx.fillRect(0, 0, this.#size.width, this.#size.height);
    await this.#paintInto(ctx, this.#camera, this.#size, scale, { milliseconds: 1e9, rest: async () => true });
    this.#over(ctx);
    // The key stands beside the picture on the page, not in it; a mark needs its word in the file.
    const remark = this.scene && varyingRemark(this.scene);
    if (remark) paintRemark(ctx, remark, this.#theme);
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large for a PNG."))));
    });
  }

  destroy(): void {
    this.#painting++;
    clearTimeout(this.#resting);
    cancelAnimationFrame(this.#frame);
  }

  async #paint(): Promise<void> {
    const own = ++this.#painting;
    if (!this.#picture || this.#size.width <= 1) return;
    const size = {
      width: Math.round(this.#size.width * (1 + 2 * ahead)),
      height: Math.round(this.#size.height * (1 + 2 * ahead)),
    };
    const camera = this.#camera;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(size.width * ratio());
    canvas.height = Math.round(size.height * ratio());
    const ctx = canvas.getContext("2d")!;
    ctx.scale(ratio(), ratio());
    const raster = await this.#paintInto(ctx, camera, size, ratio(), {
      // While there is nothing to be seen yet, nothing is held up.
      milliseconds: this.#sheet ? 9 : 60,
      rest: async () => {
        await nextFrame();
        return own === this.#painting;
      },
    });
    if (!raster || own !== this.#painting) return;
    this.#sheet = { canvas, camera, size, raster };
    this.#draw();
    // For whoever measures how long a graph takes to be seen.
    performance.mark("graph-painted");
  }

  async #paintInto(
    ctx: CanvasRenderingContext2D,
    camera: Camera,
    size: ViewSize,
    pixels: number,
    slices: Slices,
  ): Promise<Raster | null> {
    const { scene, shown, pinned } = this.#picture!;
    const used = this.#used;
    const raster = await paintEdges(ctx, scene, shown, camera, size, pixels, this.#theme, slices);
    if (raster) {
      paintNodes(ctx, scene, camera, size, this.#theme, {
        used: (node) => used[node] === 1,
        pinned: (node) => pinned.has(scene.nodes[node]!.name),
      });
    }
    return raster;
  }

  #draw(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const { width, height } = this.#size;
      const ctx = this.#ctx;
      ctx.setTransform(ratio(), 0, 0, ratio(), 0, 0);
      ctx.fillStyle = this.#theme.paper;
      ctx.fillRect(0, 0, width, height);
      const sheet = this.#sheet;
      if (sheet) {
        const scale = this.#camera.zoom / sheet.camera.zoom;
        const w = sheet.size.width * scale;
        const h = sheet.size.height * scale;
        const x = (sheet.camera.x - this.#camera.x) * this.#camera.zoom + width / 2 - w / 2;
        const y = (sheet.camera.y - this.#camera.y) * this.#camera.zoom + height / 2 - h / 2;
        ctx.drawImage(sheet.canvas, x, y, w, h);
      }
      this.#over(ctx);
    });
  }

  #over(ctx: CanvasRenderingContext2D): void {
    if (!this.#picture) return;
    const { scene } = this.#picture;
    paintOverlay(ctx, this.#picture, this.#hit, this.#lasso, this.#camera, this.#size, this.#theme);
    paintCaptions(ctx, scene, this.#camera, this.#size, this.#theme);
  }
}

function ratio(): number {
  return Math.min(2, globalThis.devicePixelRatio || 1);
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    // A page in the background has no frames, but must finish too.
    if (document.hidden) setTimeout(resolve, 0);
    else requestAnimationFrame(() => resolve());
  });
}
