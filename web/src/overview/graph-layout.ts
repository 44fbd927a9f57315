import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationNodeDatum,
} from "d3-force";

/** All that went between two hosts. */
export interface Tie {
  readonly a: string;
  readonly b: string;
  readonly flows: number;
  readonly bytes: number;
}

export interface Host extends SimulationNodeDatum {
  readonly address: string;
  readonly bytes: number;
  readonly peers: number;
  /** Radius in the drawing's units. */
  readonly radius: number;
  x: number;
  y: number;
}

export interface Drawing {
  readonly hosts: readonly Host[];
  readonly ties: readonly { readonly from: Host; readonly to: Host; readonly tie: Tie }[];
}

/** The drawing's own units. */
export const GRAPH = { width: 720, height: 540 } as const;
/** Room for a dot and the name below it. */
const MARGIN = 44;
const STEPS = 240;
const STRETCH_MAX = 3;
const RADIUS = { least: 4, most: 20 } as const;

/** Places hosts so that those who talked lie together: the same ties give the same drawing. */
export function layOut(ties: readonly Tie[]): Drawing {
  const byAddress = new Map<string, { bytes: number; peers: number }>();
  for (const { a, b, bytes } of ties) {
    for (const address of [a, b]) {
      const one = byAddress.get(address) ?? { bytes: 0, peers: 0 };
      byAddress.set(address, { bytes: one.bytes + bytes, peers: one.peers + 1 });
    }
  }
  const most = Math.max(1, ...[...byAddress.values()].map(({ bytes }) => bytes));
  // Where a simulation begins decides where it ends: d3's own spiral is the same every time.
  const hosts = [...byAddress].map(
    ([address, { bytes, peers }]) =>
      ({ address, bytes, peers, radius: radiusOf(bytes / most) }) as Host,
  );
  const known = new Map(hosts.map((host) => [host.address, host]));
  const drawn = ties.map((tie) => ({ from: known.get(tie.a)!, to: known.get(tie.b)!, tie }));
  const links = drawn.map(({ from, to }) => ({ source: from, target: to }));
  forceSimulation(hosts)
    .force("link", forceLink(links).distance(70).strength(0.35))
    .force("charge", forceManyBody().strength(-140))
    .force(
      "collide",
      forceCollide<Host>((host) => host.radius + 6),
    )
    .force("x", forceX(GRAPH.width / 2).strength(0.07))
    .force("y", forceY(GRAPH.height / 2).strength(0.12))
    .stop()
    .tick(STEPS);
  centre(hosts);
  return { hosts, ties: drawn };
}

function radiusOf(share: number): number {
  return RADIUS.least + (RADIUS.most - RADIUS.least) * Math.sqrt(share);
}

/** Moves and stretches what was laid out so that it fills the drawing. */
function centre(hosts: readonly Host[]): void {
  if (hosts.length === 0) return;
  const [xs, ys] = [hosts.map(({ x }) => x), hosts.map(({ y }) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const inner = { width: GRAPH.width - 2 * MARGIN, height: GRAPH.height - 2 * MARGIN };
  // The two ways are no distances: each is stretched to what there is room for.
  const across = Math.min(STRETCH_MAX, inner.width / Math.max(1, right - left));
  const down = Math.min(STRETCH_MAX, inner.height / Math.max(1, bottom - top));
  for (const host of hosts) {
    host.x = GRAPH.width / 2 + (host.x - (left + right) / 2) * across;
    host.y = GRAPH.height / 2 + (host.y - (top + bottom) / 2) * down;
  }
}
