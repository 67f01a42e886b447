// The letter that is being registered, beside the form.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { inbox, KEY } from "@/inbox/calls";
import { PieceText } from "@/inbox/reader";
import "@/inbox/inbox.css";
import type { Id } from "@/api/types";
import { Loaded } from "@/ui/states";

export function LetterBox({ id }: { id: Id }) {
  const query = useQuery({ queryKey: [...KEY, "one", id], queryFn: () => inbox.one(id), retry: false });
  return (
    <section className="panel side-box side-letter" aria-label="正在登记的来信">
      <div className="panel-head">
        来信原文
        <Link className="panel-more" to={`/inbox?tab=mine&item=${id}`}>
          返回渠道来信
        </Link>
      </div>
      <div className="side-body">
        <Loaded query={query}>{(item) => <PieceText item={item} />}</Loaded>
      </div>
    </section>
  );
}
