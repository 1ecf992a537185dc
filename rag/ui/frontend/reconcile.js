// Keeps the nodes that stay as they are, so that focus stays and nothing moves or is drawn twice.

// `parts` are { key, data, draw() }, in order. A node is kept while its key and its data are; one
// that can `update(data)` itself is kept while its key is.
function reconcile(parent, parts) {
  const wanted = new Set(parts.map(({ key }) => key));
  const kept = new Map();
  for (const node of [...parent.children]) {
    if (wanted.has(node.key)) kept.set(node.key, node);
    else node.remove();
  }
  parts.forEach((part, at) => {
    const node = renewed(kept.get(part.key), part);
    if (parent.children[at] !== node) parent.insertBefore(node, parent.children[at] ?? null);
  });
}

function renewed(node, { key, data, draw }) {
  const signature = JSON.stringify(data);
  if (node?.signature === signature) return node;
  if (node?.update) {
    node.update(data);
    node.signature = signature;
    return node;
  }
  const fresh = Object.assign(draw(), { key, signature });
  node?.replaceWith(fresh);
  return fresh;
}
