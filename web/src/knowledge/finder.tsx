// Search as one types, with what is found.
import { DatePicker, Input, Select } from "antd";
import { useCategories } from "@/api/hooks";
import { useEffect, useRef, useState } from "react";
import type { Id, Millis } from "@/api/types";
import { useSettled } from "@/order/commands/effect";
import { OrgPicker } from "@/ui/org-picker";
import { RegionCascader } from "@/ui/region-cascader";
import { Empty, Failed, Loading } from "@/ui/states";
import { date, fromPicker, toPicker } from "@/ui/time";
import { SearchTrail, useSearch, type ArticleHit } from "./api";
import { Marked } from "./pieces";

/** A list of articles found; the marked words show why. */
export function Hits({ hits, selected, onOpen }: { hits: readonly ArticleHit[]; selected: Id | null; onOpen: (hit: ArticleHit) => void }) {
  return (
    <ul className="kb-hits" aria-label="检索结果">
      {hits.map((h) => (
        <li key={h.id}>
          <button type="button" aria-current={h.id === selected ? "true" : undefined} onClick={() => onOpen(h)}>
            <b><Marked pieces={h.title} /></b>
            <span className="kb-snippet"><Marked pieces={h.snippet} /></span>
            <span className="muted kb-meta">
              <span>{h.owner.name}</span>
              <span>{h.area_cn}</span>
              <span className="num">{date(h.published_at)}</span>
              {!h.public && <span className="tag">不公开</span>}
              {h.stale && <span className="tag tag-red">复审逾期</span>}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

interface Filters {
  category: string;
  org: Id | null;
  area: string;
  on: Millis | null;
}

const NONE: Filters = { category: "", org: null, area: "", on: null };

/** 检索. `filters` shows department, category, area and date beside the words. */
export function Finder({ selected, onOpen, filters = false }: { selected: Id | null; onOpen: (hit: ArticleHit) => void; filters?: boolean }) {
  const [typed, setTyped] = useState("");
  const [f, setF] = useState<Filters>(NONE);
  const heads = [...useCategories().values()].filter((c) => c.level === 1 && c.active).map((c) => ({ value: c.code.slice(0, 2), label: c.name }));
  const trail = useRef(new SearchTrail());
  const q = useSettled(typed.trim(), 150);
  const query = useSearch({ q, ...f });
  const hits = query.data;
  // Looked for is what stood there for a while.
  const rested = useSettled(hits && !query.isPlaceholderData ? JSON.stringify([q, hits.length]) : "", 1_200);
  useEffect(() => {
    if (rested === "") return;
    const [text, n] = JSON.parse(rested) as [string, number];
    trail.current.settled(text, n);
  }, [rested]);
  const open = (hit: ArticleHit) => {
    trail.current.settled(q, hits?.length ?? 0);
    trail.current.opened(hit.id, hits?.length ?? 0);
    onOpen(hit);
  };
  return (
    <div className="kb-finder">
      <div className="kb-filters">
        <Input allowClear autoFocus placeholder="输入关键词，边输边查" aria-label="检索知识" value={typed} onChange={(e) => setTyped(e.target.value)} maxLength={100} />
        {filters && (
          <div className="kb-filter-row">
            <OrgPicker value={f.org} onChange={(org) => setF({ ...f, org: org as Id | null })} placeholder="全部单位" />
            <Select aria-label="分类" value={f.category || null} onChange={(category: string | null | undefined) => setF({ ...f, category: category ?? "" })} options={heads} placeholder="全部分类" allowClear showSearch={{ optionFilterProp: "label" }} />
            <RegionCascader value={f.area} onChange={(area) => setF({ ...f, area })} placeholder="全部区域" allowClear />
            <DatePicker value={toPicker(f.on)} onChange={(d) => setF({ ...f, on: fromPicker(d?.startOf("day")) })} placeholder="当日有效" aria-label="有效日期" />
          </div>
        )}
      </div>
      <div className={query.isPlaceholderData ? "kb-found kb-stale" : "kb-found"}>
        {query.error && !hits ? (
          <Failed error={query.error} retry={() => void query.refetch()} />
        ) : !hits ? (
          <Loading />
        ) : hits.length === 0 ? (
          <Empty title="没有符合的知识" hint="换一个说法，或放宽条件；反复查不到的内容会列入检索缺口，由维护单位补充。" />
        ) : (
          <Hits hits={hits} selected={selected} onOpen={open} />
        )}
      </div>
    </div>
  );
}
