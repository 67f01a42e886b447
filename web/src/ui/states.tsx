// What stands in the place of content: loading, nothing there, failed, not allowed.
import { Button } from "antd";
import type { ReactNode } from "react";
import { ApiError, messageOf } from "@/api/client";
import "./states.css";

export function Loading({ what = "正在载入…" }: { what?: string }) {
  return (
    <div className="state state-loading" role="status">
      <i className="state-spin" aria-hidden />
      {what}
    </div>
  );
}

export function Empty({ title, hint, children }: { title: string; hint?: ReactNode; children?: ReactNode }) {
  return (
    <div className="state">
      <div className="state-title">{title}</div>
      {hint && <div className="state-hint">{hint}</div>}
      {children}
    </div>
  );
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const trace = error instanceof ApiError ? error.traceId : undefined;
  return (
    <div className="state" role="alert">
      <div className="state-title">{messageOf(error)}</div>
      {trace && <div className="state-hint">排查编号：{trace}</div>}
      {retry && <Button onClick={retry}>重试</Button>}
    </div>
  );
}

export function NoPermission({ what }: { what?: string }) {
  return (
    <Empty
      title={what ? `您没有“${what}”的权限` : "您没有查看此页面的权限"}
      hint="如因工作需要，请联系本单位管理员，由安全管理员授权；也可在右上角切换任职后重试。"
    />
  );
}

/** One of the states of a query, or its content. */
export function Loaded<T>({
  query,
  children,
}: {
  query: { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Loading />;
}
