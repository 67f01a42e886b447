// What came along with a piece: pictures with a look, the rest by name; a file that was not kept says why.
import { Image } from "antd";
import { bytesText } from "@/api/download";
import type { Id } from "@/api/types";
import { inbox, type ItemFile } from "./calls";

const ending = (name: string) => (/\.([a-z0-9]+)$/i.exec(name)?.[1] ?? "").toUpperCase().slice(0, 4) || "—";

function Face({ id, f }: { id: Id; f: ItemFile }) {
  if (f.class !== "picture") return <span className={`ib-face ib-kind${f.refusal ? " ib-lost" : ""}`}>{f.refusal ? "未存" : ending(f.name)}</span>;
  return (
    <Image
      rootClassName="ib-face"
      src={inbox.file(id, f.no, "thumb")}
      preview={{ src: inbox.file(id, f.no, "view") }}
      alt={f.name}
      width={56}
      height={42}
      style={{ objectFit: "cover" }}
    />
  );
}

export function PieceFiles({ id, files }: { id: Id; files: readonly ItemFile[] }) {
  if (files.length === 0) return null;
  return (
    <section className="ib-files" aria-label="附件">
      <h3>附件（{files.length}）</h3>
      <Image.PreviewGroup>
        <ul>
          {files.map((f) => (
            <li key={f.no} aria-label={f.name}>
              <Face id={id} f={f} />
              <span className="ib-file">
                <span className="clip" title={f.name}>
                  {f.name}
                </span>
                {f.refusal ? (
                  <span className="warn clip" title={f.refusal}>
                    未保存：{f.refusal}
                  </span>
                ) : (
                  <span className="muted num">{bytesText(f.size)}</span>
                )}
              </span>
              {!f.refusal && (
                <a className="link" href={inbox.file(id, f.no, "original")} download={f.name}>
                  下载
                </a>
              )}
            </li>
          ))}
        </ul>
      </Image.PreviewGroup>
    </section>
  );
}
