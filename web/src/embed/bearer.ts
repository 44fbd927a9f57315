/** Where a connection is shown inside a page of somebody else's. */
const EMBED = /^\/embed\/([^/]+)$/;

/** The connection that this document shows for another page; undefined on Holdfast's own. */
export const embeddedUid = EMBED.exec(location.pathname)?.[1];

/**
 * The token that came with the address, behind the `#`: it is sent to the server with each request and is
 * never part of one's address. It is taken out of the address at once.
 */
const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (embeddedUid !== undefined && token !== null) {
  history.replaceState(null, "", location.pathname + location.search);
}

/** What each request says of who asks, where no cookie does. */
export const bearer: Readonly<Record<string, string>> =
  embeddedUid === undefined || token === null ? {} : { authorization: `Bearer ${token}` };
