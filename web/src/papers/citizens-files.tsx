// 诉求材料 beside the matter's text: what a citizen sent or an agent was given; nothing is shown where there is none.
import { useQuery } from "@tanstack/react-query";
import { Image } from "antd";
import type { Id } from "@/api/types";
import { attachments } from "./files";

export function CitizensFiles({ id }: { id: Id }) {
  const query = useQuery({ queryKey: attachments.key(id), queryFn: () => attachments.list(id) });
  const pictures = (query.data ?? []).filter((a) => a.purpose === "demand" && a.class === "picture" && a.may_open);
  if (pictures.length === 0) return null;
  return (
    <section className="panel">
      <div className="panel-head">照片（{pictures.length}）</div>
      <div className="panel-body" style={{ display: "flex", flexWrap: "wrap", gap: 8 }}>
        <Image.PreviewGroup>
          {pictures.map((p) => (
            <Image
              key={p.id}
              src={attachments.url(id, p.id, "thumb")}
              preview={{ src: attachments.url(id, p.id, "view") }}
              alt={p.name}
              width={120}
              height={90}
              style={{ objectFit: "cover" }}
            />
          ))}
        </Image.PreviewGroup>
      </div>
    </section>
  );
}
