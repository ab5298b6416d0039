/**
 * The page's script: it links diagram and table under the pointer and sorts tables. It reads names from the document's
 * data attributes and compares them; no text of the report is ever in the script.
 */
export const pageScript = `
(() => {
  const diagrams = [...document.querySelectorAll(".autocircuit-diagram")];
  const edges = diagrams.flatMap((diagram) => [...diagram.querySelectorAll(".edge")]);
  const rows = [...document.querySelectorAll("table.edges tbody tr")];
  // A line between folded blocks stands for several edges.
  const keys = (el) => el.dataset.edge.split("; ").map((edge) => (el.dataset.token || "") + "|" + edge);
  const laneOf = (el) => el.closest(".lane");
  const show = (wanted) => {
    for (const diagram of diagrams) diagram.classList.toggle("focus", !!wanted);
    for (const el of [...edges, ...rows]) el.classList.toggle("on", !!wanted && keys(el).some((key) => wanted.has(key)));
  };
  const keysOfBox = (el) => edges.filter((e) => laneOf(e) === laneOf(el) &&
    [e.dataset.src, e.dataset.dest, e.dataset.owner].includes(el.dataset.box)).flatMap(keys);
  const link = (el, keysOf) => {
    el.addEventListener("mouseenter", () => {
      const wanted = keysOf(el);
      if (wanted.length > 0) show(new Set(wanted));
    });
    el.addEventListener("mouseleave", () => show(null));
  };
  if (diagrams.length > 0) for (const el of edges.concat(rows)) link(el, keys);
  for (const diagram of diagrams) for (const el of diagram.querySelectorAll(".box")) link(el, keysOfBox);
  const unfold = document.querySelector(".unfold");
  if (unfold) for (const band of document.querySelectorAll(".folded .band, .unfolded .band")) {
    band.addEventListener("click", () => {
      unfold.checked = !unfold.checked;
      const { blocks, first } = band.dataset;
      const place = blocks ? '[data-block="' + blocks.split("-")[0] + '"]' : '[data-tokens="' + first + '"] .lane-label:last-child';
      const there = document.querySelector(".unfolded " + place);
      if (unfold.checked && there) there.scrollIntoView({ block: "center", inline: blocks ? "nearest" : "center" });
    });
  }
  const boxes = [...document.querySelectorAll(".scroll")];
  const cut = () => { for (const box of boxes) box.classList.toggle("cut", box.scrollWidth > box.clientWidth); };
  cut();
  addEventListener("resize", cut);
  const value = (row, column) => {
    const cell = row.cells[column];
    const sort = cell.dataset.sort;
    return sort === undefined ? cell.textContent.trim() : Number(sort);
  };
  const compare = (a, b) => typeof a === "number" && typeof b === "number"
    ? (a === b ? 0 : a < b ? -1 : 1) : String(a).localeCompare(String(b), "en", { numeric: true });
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const body = table.tBodies[0];
      const sorted = [...body.rows].sort((a, b) => (up ? 1 : -1) * compare(value(a, column), value(b, column)));
      body.append(...sorted);
    }));
  }
})();
`.trim();
