/**
 * Pictures of very many edges: how dense they lie at each pixel, by class, and which edge is the topmost there. Hovering looks the edge up,
 * however many there are.
 */
export class Raster {
  readonly width: number;
  readonly height: number;
  /** Density of each class at each pixel. */
  readonly density: readonly Float32Array[];
  /** Number of the topmost edge at each pixel, plus 1; 0 for none. */
  readonly top: Uint32Array;

  constructor(width: number, height: number, classes: number) {
    this.width = width;
    this.height = height;
    this.density = Array.from({ length: classes }, () => new Float32Array(width * height));
    this.top = new Uint32Array(width * height);
  }

  /** Draws a cubic (x and y of its four points, in pixels) with a weight into a class; one of no weight can be found, not seen. */
  curve(p: Float64Array, kind: number, weight: number, edge: number): void {
    const left = Math.min(p[0]!, p[2]!, p[4]!, p[6]!);
    const right = Math.max(p[0]!, p[2]!, p[4]!, p[6]!);
    const top = Math.min(p[1]!, p[3]!, p[5]!, p[7]!);
    const bottom = Math.max(p[1]!, p[3]!, p[5]!, p[7]!);
    if (right < 1 || bottom < 1 || left > this.width - 2 || top > this.height - 2) return;
    const steps = Math.max(3, Math.min(28, Math.ceil((right - left + bottom - top) / 26)));
    let x = p[0]!;
    let y = p[1]!;
    for (let i = 1; i <= steps; i++) {
      const t = i / steps;
      const s = 1 - t;
      const a = s * s * s;
      const b = 3 * s * s * t;
      const c = 3 * s * t * t;
      const d = t * t * t;
      const nx = a * p[0]! + b * p[2]! + c * p[4]! + d * p[6]!;
      const ny = a * p[1]! + b * p[3]! + c * p[5]! + d * p[7]!;
      this.#line(x, y, nx, ny, kind, weight, edge + 1);
      x = nx;
      y = ny;
    }
  }

  /** A line one pixel wide: each step along its longer axis is shared by the two pixels it lies between. */
  #line(x0: number, y0: number, x1: number, y1: number, kind: number, weight: number, mark: number): void {
    const { width, height, top } = this;
    const acc = this.density[kind]!;
    const dx = x1 - x0;
    const dy = y1 - y0;
    const steep = Math.abs(dy) > Math.abs(dx);
    const steps = Math.max(1, Math.round(steep ? Math.abs(dy) : Math.abs(dx)));
    const sx = dx / steps;
    const sy = dy / steps;
    const step = steep ? 1 : width;
    for (let i = 0, x = x0, y = y0; i < steps; i++, x += sx, y += sy) {
      const px = Math.floor(steep ? x : x + 0.5);
      const py = Math.floor(steep ? y + 0.5 : y);
      if (px < 0 || py < 0 || px >= width - 1 || py >= height - 1) continue;
      const at = py * width + px;
      const share = steep ? x - px : y - py;
      top[share < 0.5 ? at : at + step] = mark;
      if (weight > 0) {
        acc[at] = acc[at]! + weight * (1 - share);
        acc[at + step] = acc[at + step]! + weight * share;
      }
    }
  }

  /** The topmost edge within `radius` pixels of a point, the nearest first; -1 where there is none. */
  find(x: number, y: number, radius: number): number {
    const cx = Math.round(x);
    const cy = Math.round(y);
    let best = -1;
    let distance = radius * radius + 1;
    for (let dy = -radius; dy <= radius; dy++) {
      const py = cy + dy;
      if (py < 0 || py >= this.height) continue;
      for (let dx = -radius; dx <= radius; dx++) {
        const px = cx + dx;
        if (px < 0 || px >= this.width) continue;
        const mark = this.top[py * this.width + px]!;
        const d = dx * dx + dy * dy;
        if (mark !== 0 && d < distance) {
          distance = d;
          best = mark - 1;
        }
      }
    }
    return best;
  }

  /**
   * Colours of the densities, over what is there: a class's ink covers more the denser it lies, so that few edges are as plain as many are
   * readable.
   */
  tint(colors: readonly Rgb[], gain: number): ImageData {
    const image = new ImageData(this.width, this.height);
    const { data } = image;
    const cells = this.width * this.height;
    for (let i = 0; i < cells; i++) {
      let sum = 0;
      let r = 0;
      let g = 0;
      let b = 0;
      for (let kind = 0; kind < colors.length; kind++) {
        const d = this.density[kind]![i]!;
        if (d === 0) continue;
        const color = colors[kind]!;
        sum += d;
        r += d * color[0];
        g += d * color[1];
        b += d * color[2];
      }
      if (sum === 0) continue;
      const at = i * 4;
      data[at] = r / sum;
      data[at + 1] = g / sum;
      data[at + 2] = b / sum;
      data[at + 3] = 255 * (1 - Math.exp(-sum * gain));
    }
    return image;
  }

  /** Mean density where there is any: what a picture's exposure goes by. */
  meanDensity(): number {
    let sum = 0;
    let count = 0;
    for (const acc of this.density) {
      for (let i = 0; i < acc.length; i += 3) {
        const d = acc[i]!;
        if (d > 0) {
          sum += d;
          count++;
        }
      }
    }
    return count === 0 ? 1 : sum / count;
  }
}

export type Rgb = readonly [number, number, number];
