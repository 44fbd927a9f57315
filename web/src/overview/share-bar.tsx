/** How much of the largest something is: a bar under its row, told by numbers to those who do not see it. */
export function ShareBar({ share }: { share: number }) {
  return (
    <span aria-hidden className="block h-[3px] rounded bg-raised">
      <span
        className="block h-full rounded bg-bars"
        style={{ width: `${Math.max(1, share * 100)}%` }}
      />
    </span>
  );
}
