// The conditions in force, each with its words and a way out.
import { useQuery } from "@tanstack/react-query";
import { reference } from "@/api/calls";
import { useCategories, useOrgs, useReference } from "@/api/hooks";
import { useHandlers } from "./control";
import { FIELD, type Field } from "./fields";
import { rangeWords, type Filter } from "./filter";

const POOLS: Record<string, string> = {
  to_complete: "待补充",
  to_dispatch: "待派遣",
  consulting: "异议/会商",
  return_pending: "退回待审",
  ext_pending: "延期待审",
  unsigned: "已派未签",
  handling: "处置中",
  to_audit: "待办结审核",
  to_reply: "待统一回复",
  to_callback: "待回访",
  tracking: "跟踪挂账",
  hard: "疑难",
};

function plainWords(field: Field, value: string): string {
  if (field.kind === "range") return rangeWords(field, value);
  if (field.kind === "flag") return value === "true" ? "是" : "否";
  if (!field.options) return value;
  const words = new Map(field.options.map((o) => [o.value, o.label]));
  return value
    .split(",")
    .map((c) => words.get(c) ?? c)
    .join("、");
}

function OrgWords({ id, sub }: { id: string; sub: boolean }) {
  const { byId } = useOrgs();
  return (byId.get(id)?.name ?? "所选机构") + (sub ? "（含下级）" : "");
}
function CategoryWords({ code }: { code: string }) {
  return useCategories().get(code)?.path ?? code;
}
function RegionWords({ code }: { code: string }) {
  const path = useQuery({ queryKey: ["region-path", code], queryFn: () => reference.regionPath(code), staleTime: Infinity });
  return path.data?.slice(-2).map((r) => r.name).join("") ?? "所选地区";
}
function HandlerWords({ id, org }: { id: string; org: string | undefined }) {
  return useHandlers(org).data?.find((p) => p.id === id)?.name ?? "所选人员";
}

function MailboxWords({ ids }: { ids: string }) {
  const names = new Map((useReference().data?.mailboxes ?? []).map((m) => [m.id, m.name]));
  return ids
    .split(",")
    .map((id) => names.get(id) ?? "所选信箱")
    .join("、");
}

function Words({ field, filter, value }: { field: Field; filter: Filter; value: string }) {
  switch (field.kind) {
    case "org":
      return <OrgWords id={value} sub={field.name === "lead_org" && filter["lead_sub"] === "true"} />;
    case "category":
      return <CategoryWords code={value} />;
    case "region":
      return <RegionWords code={value} />;
    case "handler":
      return <HandlerWords id={value} org={filter[field.of ?? ""]} />;
    case "mailbox":
      return <MailboxWords ids={value} />;
    default:
      return plainWords(field, value);
  }
}

export function Chips({ filter, remove, clear }: { filter: Filter; remove: (name: string) => void; clear: () => void }) {
  const names = Object.keys(filter).filter((n) => n !== "lead_sub");
  if (names.length === 0) return <span className="muted">未设条件，按您的数据范围列出全部工单</span>;
  return (
    <>
      {names.map((name) => {
        const value = filter[name] ?? "";
        const field = FIELD.get(name);
        return (
          <span key={name} className="chip">
            <span className="chip-name">{field?.label ?? "工作池"}</span>
            <span className="chip-value clip">{field ? <Words field={field} filter={filter} value={value} /> : (POOLS[value] ?? value)}</span>
            <button type="button" aria-label={`去掉条件“${field?.label ?? "工作池"}”`} onClick={() => remove(name)}>
              ×
            </button>
          </span>
        );
      })}
      {names.length > 1 && (
        <button type="button" className="link" onClick={clear}>
          全部清除
        </button>
      )}
    </>
  );
}
