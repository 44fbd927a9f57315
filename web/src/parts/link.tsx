import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { navigate } from "../address.ts";

/** A link inside the page: an ordinary one to every key and button but the plain click. */
export function Link({
  to,
  className = "link",
  ...rest
}: { to: string } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(to);
  };
  return <a href={to} onClick={follow} className={className} {...rest} />;
}
