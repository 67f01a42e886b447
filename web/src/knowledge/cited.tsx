// 引用的知识: which article an answer was taken from, and whether it has changed since.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { Id } from "@/api/types";
import { useCan } from "@/app/session";
import { dateTime } from "@/ui/time";
import { knowledge } from "./api";

export function Cited({ order }: { order: Id }) {
  const can = useCan();
  const query = useQuery({ queryKey: ["order", order, "cited"], queryFn: () => knowledge.cited(order), enabled: can("kb.read") });
  if (!query.data?.length) return null;
  return (
    <ul className="kb-cited" aria-label="引用的知识">
      {query.data.map((c) => (
        <li key={`${c.article}-${c.round}`} title={`${c.by_name} ${dateTime(c.at)} 引用`}>
          引用知识 <Link to={`/knowledge?id=${c.article}`}>《{c.title}》</Link> 第 {c.revision} 版
          {c.current === null && <span className="tag tag-red">已下架</span>}
          {c.current !== null && c.current !== c.revision && <span className="tag tag-amber">现行第 {c.current} 版</span>}
        </li>
      ))}
    </ul>
  );
}
