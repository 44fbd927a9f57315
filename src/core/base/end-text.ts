/** An end as one text: `10.0.0.1:443`, `[2001:db8::1]:443` (RFC 3986 3.2.2), the address where no port is. */
export function endText(address: string, port: number | null): string {
  if (port === null) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
