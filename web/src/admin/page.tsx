// 系统管理: a room per subject, each a chunk of its own.
import { lazy, Suspense, type ComponentType } from "react";
import { Navigate, NavLink, Route, Routes } from "react-router";
import { useCan } from "@/app/session";
import { Loading, NoPermission } from "@/ui/states";
import "./admin.css";
import { ROOMS, roomsOf, type Room } from "./rooms";

const PAGES: Record<string, ComponentType> = {
  orgs: lazy(() => import("./orgs")),
  users: lazy(() => import("./users")),
  roles: lazy(() => import("./roles")),
  dictionaries: lazy(() => import("./dictionaries")),
  categories: lazy(() => import("./categories")),
  sync: lazy(() => import("./sync")),
  catalogue: lazy(() => import("./catalogue")),
  calendar: lazy(() => import("./calendar")),
  "paper-templates": lazy(() => import("./paper-templates")),
  params: lazy(() => import("./params")),
  skills: lazy(() => import("./skills")),
  "acd-queues": lazy(() => import("./acd-queues")),
  announcements: lazy(() => import("./announcements")),
  prompts: lazy(() => import("./prompts")),
  audit: lazy(() => import("./trail")),
  partners: lazy(() => import("./partners")),
  "sign-in": lazy(() => import("./sign-in")),
  "api-keys": lazy(() => import("./api-keys")),
  "sms-gateway": lazy(() => import("./sms-gateway")),
  "mail-server": lazy(() => import("./mail-server")),
  channels: lazy(() => import("./channels")),
  wechat: lazy(() => import("./wechat")),
  mailboxes: lazy(() => import("./mailboxes")),
  weibo: lazy(() => import("./weibo")),
  "sms-templates": lazy(() => import("./sms-templates")),
  "sms-log": lazy(() => import("./sms-log")),
  exchange: lazy(() => import("./exchange")),
  jobs: lazy(() => import("./jobs")),
};

function Nav({ rooms }: { rooms: readonly Room[] }) {
  const groups = [...new Set(rooms.map((r) => r.group))];
  return (
    <nav className="adm-nav" aria-label="系统管理">
      {groups.map((group) => (
        <div key={group}>
          <div className="adm-nav-group">{group}</div>
          {rooms
            .filter((r) => r.group === group)
            .map((r) => (
              <NavLink key={r.path} to={`/admin/${r.path}`}>
                {r.name}
              </NavLink>
            ))}
        </div>
      ))}
    </nav>
  );
}

export default function AdminPage() {
  const can = useCan();
  const rooms = roomsOf(can);
  const first = rooms[0];
  if (!first) return <NoPermission what="系统管理" />;
  return (
    <div className="adm">
      <Nav rooms={rooms} />
      <div className="adm-body">
        <Suspense fallback={<Loading />}>
          <Routes>
            {ROOMS.map((r) => {
              const Page = PAGES[r.path];
              if (!Page) return null;
              return <Route key={r.path} path={r.path} element={rooms.includes(r) ? <Page /> : <NoPermission what={r.name} />} />;
            })}
            <Route path="*" element={<Navigate to={`/admin/${first.path}`} replace />} />
          </Routes>
        </Suspense>
      </div>
    </div>
  );
}
