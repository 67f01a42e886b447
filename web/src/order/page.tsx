// 工单页: one order, everything about it.
import { Tabs } from "antd";
import { lazy, Suspense, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { ApiError } from "@/api/client";
import { useFlow, useOrder } from "@/api/hooks";
import type { OrderView } from "@/api/types";
import { DocumentsTab } from "@/papers/documents-tab";
import { FilesTab } from "@/papers/files-tab";
import { useHotkeys } from "@/ui/hotkeys";
import { RevealScope } from "@/ui/masked-field";
import { Empty, Failed, Loading } from "@/ui/states";
import { whoText } from "./flow-entry";
import { Header } from "./header";
import "./order.css";
import { Steps } from "./steps";
import { SuperviseRounds } from "./supervise-rounds";
import { CallbackTab } from "./tabs/callback-tab";
import { ClocksTab } from "./tabs/clocks-tab";
import { CoTab } from "./tabs/co-tab";
import { FlowTab } from "./tabs/flow-tab";
import { InfoTab } from "./tabs/info-tab";
import { RelatedTab, relatedCount } from "./tabs/related-tab";
import { RequestsTab } from "./tabs/requests-tab";
import { WorkTab } from "./tabs/work-tab";

/** The player is fetched when somebody wants to listen. */
const CallsTab = lazy(() => import("./tabs/calls-tab"));
const PartnersTab = lazy(() => import("@/partner/order-tab"));
const MessagesTab = lazy(() => import("./tabs/messages-tab"));

interface Tab {
  key: string;
  name: string;
  count?: number;
  body: ReactNode;
}

function tabsOf(order: OrderView): Tab[] {
  const co = order.tasks.filter((t) => t.role === "co");
  const pending = order.requests.filter((r) => r.state === "pending").length;
  return [
    { key: "info", name: "诉求信息", body: <InfoTab order={order} /> },
    { key: "flow", name: "流转记录", body: <FlowTab order={order} /> },
    { key: "work", name: "办理", count: order.tasks.length - co.length, body: <WorkTab order={order} /> },
    { key: "co", name: "协办意见", count: co.length, body: <CoTab order={order} /> },
    { key: "clocks", name: "时限", count: order.clocks.length, body: <ClocksTab order={order} /> },
    { key: "requests", name: pending > 0 ? `延期/退回（${pending}待批）` : "延期/退回", count: order.requests.length, body: <RequestsTab order={order} /> },
    { key: "supervise", name: "督办/催办", count: order.supervisions.length, body: <SuperviseRounds order={order} /> },
    { key: "callback", name: "回访与评价", count: order.callbacks.length, body: <CallbackTab order={order} /> },
    {
      key: "calls",
      name: "通话录音",
      body: (
        <Suspense fallback={<Loading />}>
          <CallsTab order={order} />
        </Suspense>
      ),
    },
    {
      key: "messages",
      name: "短信邮件",
      body: (
        <Suspense fallback={<Loading />}>
          <MessagesTab order={order} />
        </Suspense>
      ),
    },
    {
      key: "partners",
      name: "平台协同",
      body: (
        <Suspense fallback={<Loading />}>
          <PartnersTab order={order} />
        </Suspense>
      ),
    },
    { key: "files", name: "附件", body: <FilesTab order={order} /> },
    { key: "papers", name: "文书", body: <DocumentsTab order={order} /> },
    { key: "related", name: "相关诉求", count: relatedCount(order), body: <RelatedTab order={order} /> },
  ];
}

/** Says that somebody else moved the order while it was open here. */
function ChangedByOthers({ order, own }: { order: OrderView; own: number }) {
  const first = useRef(order.version);
  const [hiddenAt, setHiddenAt] = useState<number>();
  const flow = useFlow(order.id);
  const last = flow.data?.reduce((a, b) => (b.seq > a.seq ? b : a));
  if (order.version <= Math.max(first.current, own) || hiddenAt === order.version) return null;
  return (
    <div className="op-changed" role="status">
      工单已被更新，页面已同步{last ? `：${whoText(last)} ${last.action_cn}` : ""}。正在填写的内容不受影响。
      <button type="button" className="link" onClick={() => setHiddenAt(order.version)}>
        知道了
      </button>
    </div>
  );
}

function OrderDesk({ order }: { order: OrderView }) {
  const [params, setParams] = useSearchParams();
  const [own, setOwn] = useState(order.version);
  const tabs = useMemo(() => tabsOf(order), [order]);
  const wanted = params.get("tab");
  const active = tabs.some((t) => t.key === wanted) ? (wanted ?? "info") : "info";
  const open = (key: string) => setParams(key === "info" ? {} : { tab: key }, { replace: true });
  const navigate = useNavigate();
  useHotkeys({
    ...Object.fromEntries(tabs.map((t, i) => [String(i + 1), () => open(t.key)])),
    Escape: () => void navigate(-1),
  });
  useEffect(() => {
    document.title = `${order.case_no} ${order.title}`;
    return () => {
      document.title = "12345 政务服务便民热线";
    };
  }, [order.case_no, order.title]);
  return (
    <RevealScope order={order.id}>
      <div className="op">
        <Header order={order} onDone={(next) => setOwn(next.version)} />
        <Steps steps={order.steps} />
        <ChangedByOthers order={order} own={own} />
        <Tabs
          className="op-tabs"
          activeKey={active}
          onChange={open}
          items={tabs.map((t) => ({
            key: t.key,
            label: (
              <>
                {t.name}
                {!!t.count && <span className="op-tab-count">{t.count}</span>}
              </>
            ),
            children: <div className="op-tab">{t.body}</div>,
          }))}
        />
      </div>
    </RevealScope>
  );
}

export default function OrderPage() {
  const { id = "" } = useParams();
  const query = useOrder(id);
  // While another order is being fetched the cache still shows the one before.
  const order = query.data?.id === id ? query.data : undefined;
  if (order) return <OrderDesk key={order.id} order={order} />;
  if (query.error instanceof ApiError && (query.error.status === 404 || query.error.status === 403)) {
    return (
      <Empty title="工单不存在，或不在您的查看范围内" hint="请核对编号；如因工作需要查看，请联系本单位管理员调整任职的数据范围。">
        <Link to="/query">去综合查询</Link>
      </Empty>
    );
  }
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Loading what="正在载入工单…" />;
}
