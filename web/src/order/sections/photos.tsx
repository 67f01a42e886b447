// 诉求照片 a citizen sent with the matter; nothing is shown where there are none.
import { useQuery } from "@tanstack/react-query";
import { Image } from "antd";
import { get } from "@/api/client";
import type { Answer, Id } from "@/api/types";

export function Photos({ id }: { id: Id }) {
  const photos = useQuery({ queryKey: ["order", id, "photos"], queryFn: () => get<Answer<"photos">>(`/orders/${id}/photos`) });
  if (!photos.data || photos.data.length === 0) return null;
  return (
    <section className="panel">
      <div className="panel-head">照片（{photos.data.length}）</div>
      <div className="panel-body" style={{ display: "flex", flexWrap: "wrap", gap: 8 }}>
        <Image.PreviewGroup>
          {photos.data.map((p) => (
            <Image key={p.id} src={`/api/v1/orders/${id}/photos/${p.id}`} alt={p.name} width={120} height={90} style={{ objectFit: "cover" }} />
          ))}
        </Image.PreviewGroup>
      </div>
    </section>
  );
}
