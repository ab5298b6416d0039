/**
 * What is measured within the page, as a script: times of painted frames, and from a click to the numbers that are its. The page marks
 * when its graph was painted (`graph-painted`, User Timing).
 */
export const MEASURING = `
  globalThis.measuring = {
    clicked: 0,
    latencies: [],
    frames: [],
    counting: false,
    count() {
      this.frames = [];
      this.counting = true;
      const frame = (time) => {
        if (!this.counting) return;
        this.frames.push(time);
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    },
    watch() {
      const outputs = document.querySelector("#outputs");
      const now = () => {
        const { clicked } = this;
        if (clicked === 0 || outputs.dataset.stale !== "false" || outputs.ariaBusy !== "false") return;
        this.clicked = 0;
        // Seen once the next frame is painted.
        requestAnimationFrame(() => this.latencies.push(performance.now() - clicked));
      };
      addEventListener("pointerup", () => { this.clicked = performance.now(); }, { capture: true });
      new MutationObserver(now).observe(outputs, { attributes: true });
    },
  };
`;

/** The name of the mark that the page sets once its graph is painted. */
export const PAINTED = "graph-painted";
