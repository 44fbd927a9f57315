import { durationText, sizeText } from "../../../src/core/base/index.ts";

interface ProgressFacts {
  readonly label: string;
  readonly done: number;
  readonly total: number | null;
  readonly perSecond: number;
  readonly secondsLeft: number | null;
  readonly more?: string;
}

/** How far long work has come: share, rate, time left. */
export function ProgressLine({ label, done, total, perSecond, secondsLeft, more }: ProgressFacts) {
  const text = [
    total === null || total === 0
      ? sizeText(done)
      : `${Math.min(100, Math.floor((done * 100) / total))} % of ${sizeText(total)}`,
    ...(perSecond > 0 ? [`${sizeText(perSecond)}/s`] : []),
    ...(secondsLeft !== null && secondsLeft > 0.5 ? [`${durationText(secondsLeft)} left`] : []),
    ...(more === undefined ? [] : [more]),
  ].join(" · ");
  return (
    <div className="min-w-0 grow">
      <progress
        aria-label={label}
        {...(total !== null && { value: Math.min(done, total) })}
        max={total ?? 1}
      />
      <p aria-live="polite" className="mono text-muted">
        {label}: {text}
      </p>
    </div>
  );
}
