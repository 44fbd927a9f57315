import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { HoldfastError } from "../../../src/core/base/index.ts";
import { navigate } from "../address.ts";
import { call } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { Empty, Failed, Loading, sentence } from "../parts/states.tsx";

/** A shared view: leads on to it, or says why it does not. */
export function SharePage({ share }: { share: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["share", share],
    queryFn: ({ signal }) => call("openShare", { share }, signal),
    staleTime: 0,
  });
  useEffect(() => {
    if (data !== undefined) navigate(data.address, { replace: true });
  }, [data]);
  if (error === null) return <Loading what="Opening the shared view" />;
  const isOver =
    error instanceof HoldfastError && /^(share\/|home\/unknown-share)/.test(error.code);
  if (!isOver) return <Failed error={error} again={() => void refetch()} />;
  return (
    <>
      <h1 className="sr-only">Shared view</h1>
      <Empty why={sentence(error.message)}>
        {error.remedy !== undefined && sentence(error.remedy)} <Link to="/">To the overview</Link>
      </Empty>
    </>
  );
}
