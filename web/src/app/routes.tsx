// Addresses. Every desk is a chunk of its own, fetched when first opened.
import { lazy, Suspense, type ReactNode } from "react";
import { Link, Navigate, Route, Routes, useLocation } from "react-router";
import { Empty, Loading, NoPermission } from "@/ui/states";
import { Boundary } from "./boundary";
import { deskAt, mayOpen } from "./nav";
import { useSession } from "./session";

const Home = lazy(() => import("@/home/page"));
const Intake = lazy(() => import("@/intake/page"));
const Inbox = lazy(() => import("@/inbox/page"));
const Dispatch = lazy(() => import("@/dispatch/page"));
const Handling = lazy(() => import("@/handling/page"));
const Joint = lazy(() => import("@/joint/page"));
const Appraisal = lazy(() => import("@/appraisal/page"));
const Letters = lazy(() => import("@/letters/page"));
const Approvals = lazy(() => import("@/approvals/page"));
const Audit = lazy(() => import("@/audit/page"));
const Reply = lazy(() => import("@/reply/page"));
const Callback = lazy(() => import("@/callback/page"));
const Supervise = lazy(() => import("@/supervise/page"));
const Monitor = lazy(() => import("@/monitor/page"));
const Order = lazy(() => import("@/order/page"));
const QueryDesk = lazy(() => import("@/query/page"));
const Admin = lazy(() => import("@/admin/page"));
const Calls = lazy(() => import("@/calls/page"));
const Messages = lazy(() => import("@/messages/page"));
const Knowledge = lazy(() => import("@/knowledge/page"));
const Surveys = lazy(() => import("@/survey/page"));
const Papers = lazy(() => import("@/papers/register"));
const Publish = lazy(() => import("@/publish/page"));
const Notices = lazy(() => import("@/notice/page"));

function Guard({ children }: { children: ReactNode }) {
  const session = useSession();
  const { pathname } = useLocation();
  const desk = deskAt(pathname);
  return desk && !mayOpen(session, desk) ? <NoPermission what={desk.name} /> : children;
}

function Missing() {
  return (
    <Empty title="没有这个页面" hint="地址可能已变更，或链接不完整。">
      <Link to="/">回到首页</Link>
    </Empty>
  );
}

export function Pages() {
  const { pathname } = useLocation();
  return (
    <Boundary place={pathname}>
      <Suspense fallback={<Loading />}>
        <Guard>
          <Routes>
            <Route path="/" element={<Home />} />
            {/* Where somebody signed in who is signed in now. */}
            <Route path="/login/*" element={<Navigate to="/" replace />} />
            <Route path="/intake" element={<Intake />} />
            <Route path="/inbox" element={<Inbox />} />
            <Route path="/dispatch" element={<Dispatch />} />
            <Route path="/joint" element={<Joint />} />
            <Route path="/handling" element={<Handling />} />
            <Route path="/appraisal" element={<Appraisal />} />
            <Route path="/letters" element={<Letters />} />
            <Route path="/approvals" element={<Approvals />} />
            <Route path="/audit" element={<Audit />} />
            <Route path="/reply" element={<Reply />} />
            <Route path="/callback" element={<Callback />} />
            <Route path="/calls/*" element={<Calls />} />
            <Route path="/papers" element={<Papers />} />
            <Route path="/supervise" element={<Supervise />} />
            <Route path="/monitor" element={<Monitor />} />
            <Route path="/orders/:id" element={<Order />} />
            <Route path="/query" element={<QueryDesk />} />
            <Route path="/messages" element={<Messages />} />
            <Route path="/knowledge" element={<Knowledge />} />
            <Route path="/surveys" element={<Surveys />} />
            <Route path="/publish" element={<Publish />} />
            <Route path="/admin/*" element={<Admin />} />
            <Route path="/notifications" element={<Notices />} />
            <Route path="*" element={<Missing />} />
          </Routes>
        </Guard>
      </Suspense>
    </Boundary>
  );
}
