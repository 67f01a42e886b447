// One real message of a citizen, read where it lies; never copied into the repository.
import { existsSync, readFileSync } from "node:fs";

const FOLDER = process.env.HOTLINE_DATA ?? "../../shared/data";
const OURS =
  "您好，我住在澄湖区桂巷街道荷香苑14号楼。小区物业公司上个月没有公示就把物业费从每平方米1.5元涨到2.1元，业主去问，物业说不交就停电梯卡。请主管部门核实这次涨价是否合法，并责令物业退还多收的费用。";

/** Rows of a CSV file (RFC 4180), one by one. */
function* rows(text) {
  let row = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === "," || c === "\n") {
      row.push(cell.replace(/\r$/, ""));
      cell = "";
      if (c === "\n") {
        yield row;
        row = [];
      }
    } else cell += c;
  }
  if (cell || row.length > 0) yield [...row, cell];
}

/** The first raw message about housing management that fits the form, and where it is from. */
export function citizenMessage(report = console.log) {
  const file = `${FOLDER}/teddy_messages_labelled.csv`;
  if (existsSync(file)) {
    let names;
    for (const row of rows(readFileSync(file, "utf8").replace(/^\uFEFF/, ""))) {
      if (!names) {
        names = row;
        continue;
      }
      const get = (name) => (row[names.indexOf(name)] ?? "").trim();
      const text = get("detail").replace(/\s+/g, " ");
      const fits = get("text_kind") === "raw" && get("label") === "城乡建设" && /物业/.test(text) && text.length >= 40 && text.length <= 600;
      if (fits) return { text, from: `${file} ${get("row")}` };
    }
  }
  report(`NOTE: ${FOLDER} is absent: the walk uses a message written by ourselves instead of a citizen's`);
  return { text: OURS, from: "ours" };
}
