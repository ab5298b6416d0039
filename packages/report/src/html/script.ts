/**
 * The page's script: it links diagram and table under the pointer and sorts tables. It reads names from the document's
 * data attributes and compares them; no text of the report is ever in the script.
 */
export const pageScript = `
(() => {
  const diagram = document.querySelector(".autocircuit-diagram");
  const edges = diagram ? [...diagram.querySelectorAll(".edge")] : [];
  const rows = [...document.querySelectorAll("table.edges tbody tr")];
  const key = (el) => (el.dataset.token || "") + "|" + el.dataset.edge;
  const laneOf = (el) => el.closest(".lane");
  const show = (match) => {
    diagram.classList.toggle("focus", !!match);
    for (const el of [...edges, ...rows]) el.classList.toggle("on", !!match && match(el));
  };
  const edgeMatch = (el) => (other) => key(other) === key(el);
  const boxMatch = (el) => {
    const keys = new Set(edges.filter((e) => laneOf(e) === laneOf(el) &&
      (e.dataset.src === el.dataset.box || e.dataset.dest === el.dataset.box)).map(key));
    return (other) => keys.has(key(other));
  };
  if (diagram) {
    for (const el of edges.concat(rows)) {
      el.addEventListener("mouseenter", () => show(edgeMatch(el)));
      el.addEventListener("mouseleave", () => show(null));
    }
    for (const el of diagram.querySelectorAll(".box")) {
      el.addEventListener("mouseenter", () => show(boxMatch(el)));
      el.addEventListener("mouseleave", () => show(null));
    }
  }
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
