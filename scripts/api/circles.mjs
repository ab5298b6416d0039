/**
 * Strongly connected parts of more than one member (Tarjan 1972), each sorted, and members with an arrow to themselves.
 *
 * @param {Map<string, string[]>} arrows
 * @returns {string[][]}
 */
export function circlesOf(arrows) {
  const order = new Map();
  const lowest = new Map();
  const open = [];
  const circles = [];
  const visit = (name) => {
    order.set(name, order.size);
    lowest.set(name, order.get(name));
    open.push(name);
    for (const next of arrows.get(name) ?? []) {
      if (!arrows.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (open.includes(next)) lowest.set(name, Math.min(lowest.get(name), lowest.get(next)));
    }
    if (lowest.get(name) !== order.get(name)) return;
    const part = open.splice(open.indexOf(name));
    if (part.length > 1 || arrows.get(name).includes(name)) circles.push(part.sort());
  };
  for (const name of arrows.keys()) if (!order.has(name)) visit(name);
  return circles.sort();
}
