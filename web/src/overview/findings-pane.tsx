import { useQuery } from "@tanstack/react-query";
import {
  Activity,
  Bug,
  Hourglass,
  type LucideIcon,
  Radar,
  ShieldAlert,
  Upload,
  Zap,
} from "lucide-react";
import { addressTo, type Question, searchAddress, toWire } from "../address.ts";
import { call, type Output } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { Empty, Failed, Loading } from "../parts/states.tsx";
import { useRecountMs } from "../questions.ts";
import { wireText } from "../text.ts";
import { within } from "./talkers-pane.tsx";

type Finding = Output<"findings">["findings"][number];

const KINDS: Readonly<Record<Finding["kind"], readonly [LucideIcon, string]>> = {
  upload: [Upload, "Upload"],
  notice: [ShieldAlert, "Notice"],
  scan: [Radar, "Scan"],
  program: [Bug, "Program"],
  "long-connection": [Hourglass, "Long connection"],
  burst: [Zap, "Burst"],
  damage: [Activity, "Broken protocol"],
};

/** What is new and odd, in sentences; each leads to what shows it. */
export function FindingsPane({ question }: { question: Question }) {
  const refreshMs = useRecountMs();
  const input = toWire(question);
  const answer = useQuery({
    queryKey: ["findings", input],
    queryFn: ({ signal }) => call("findings", input, signal),
    refetchInterval: refreshMs,
  });
  const { data } = answer;
  return (
    <section aria-labelledby="findings" className="pane flex min-w-0 flex-col">
      <h2 id="findings" className="heading px-3 pt-2 pb-1">
        New and odd
      </h2>
      {answer.error !== null && <Failed error={answer.error} again={() => void answer.refetch()} />}
      {answer.isPending && <Loading what="Looking for uploads, notices, scans and programs" />}
      {data?.findings.length === 0 && (
        <Empty why="Nothing stands out">
          No upload to an address first met then, no notice, no scan, no program, no connection of
          an hour. <Link to={searchAddress(question)}>Look at all connections</Link>
        </Empty>
      )}
      {data !== undefined && data.findings.length > 0 && (
        <ul className="max-h-96 overflow-auto px-3 pb-2">
          {data.findings.map((finding) => (
            <Line key={`${finding.kind} ${finding.text}`} finding={finding} question={question} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Line({ finding, question }: { finding: Finding; question: Question }) {
  const [Icon, name] = KINDS[finding.kind];
  const { log, query, uid, text } = finding;
  const matches = searchAddress({ ...question, q: within(question.q, `(${query})`), log });
  const to = uid === null ? matches : addressTo(`/connections/${uid}`, { case: question.case });
  return (
    <li className="flex gap-2 border-b border-line/60 py-1.5 last:border-b-0">
      <Icon aria-hidden size={15} className="mt-0.5 shrink-0 text-muted" />
      <p className="min-w-0 break-words">
        <span className="sr-only">{name}: </span>
        <Link to={to}>{wireText(text)}</Link>
        {uid !== null && (
          <>
            {" "}
            <Link to={matches} className="text-muted hover:text-blue">
              in {log}
            </Link>
          </>
        )}
      </p>
    </li>
  );
}
