// 话务: what goes on, what went on, and how well.
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, type ComponentType } from "react";
import { Navigate, NavLink, Route, Routes } from "react-router";
import { useCan } from "@/app/session";
import { Loading, NoPermission } from "@/ui/states";
import { duties } from "./calls";
import "./calls.css";
import { CALL_ROOMS, callRoomsOf } from "./rooms";

const PAGES: Record<string, ComponentType> = {
  floor: lazy(() => import("./floor")),
  records: lazy(() => import("./records")),
  duties: lazy(() => import("./duties")),
  quality: lazy(() => import("./quality")),
  report: lazy(() => import("./report")),
  marks: lazy(() => import("./marks")),
};
const OFTEN = 10_000;

/** Callbacks that wait, late ones in red. */
function Waiting() {
  const { data } = useQuery({ queryKey: ["duties", "counts"], queryFn: duties.counts, refetchInterval: OFTEN });
  if (!data || data.open === 0) return null;
  return (
    <span className={data.red > 0 ? "calls-count calls-count-red" : "calls-count"} title={data.red > 0 ? `逾期 ${data.red} 件` : undefined}>
      {data.open}
    </span>
  );
}

export default function CallsPage() {
  const can = useCan();
  const rooms = callRoomsOf(can);
  const first = rooms[0];
  if (!first) return <NoPermission what="话务" />;
  return (
    <div className="calls">
      <nav className="calls-nav" aria-label="话务">
        {rooms.map((r) => (
          <NavLink key={r.path} to={`/calls/${r.path}`}>
            {r.name}
            {r.path === "duties" && <Waiting />}
          </NavLink>
        ))}
      </nav>
      <div className="calls-body">
        <Suspense fallback={<Loading />}>
          <Routes>
            {CALL_ROOMS.map((r) => {
              const Page = PAGES[r.path];
              return Page && <Route key={r.path} path={`${r.path}/*`} element={rooms.includes(r) ? <Page /> : <NoPermission what={r.name} />} />;
            })}
            <Route path="*" element={<Navigate to={`/calls/${first.path}`} replace />} />
          </Routes>
        </Suspense>
      </div>
    </div>
  );
}
