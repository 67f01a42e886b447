// Server refusals beside the fields they speak of.
import type { FormInstance } from "antd";
import { ApiError, messageOf } from "@/api/client";
import type { FieldProblem } from "@/api/types";

type Path = (string | number)[];

/** `co[0].org` → ["co", 0, "org"]. */
export function fieldPath(field: string): Path {
  return field
    .replace(/\[(\d+)\]/g, ".$1")
    .split(".")
    .filter((part) => part !== "")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

const same = (a: Path, b: Path) => a.length === b.length && a.every((part, i) => String(part) === String(b[i]));

/** The form's own path for a server field: whole path, without the leading part, or by its last part. */
export function matchPath(field: string, known: readonly Path[]): Path | undefined {
  const path = fieldPath(field);
  return (
    known.find((k) => same(k, path)) ??
    known.find((k) => path.length > 1 && same(k, path.slice(1))) ??
    known.find((k) => k.length > 0 && String(k[k.length - 1]) === String(path[path.length - 1])) ??
    known.find((k) => same(k.slice(0, path.length), path)) ??
    known.find((k) => k.length === 1 && String(k[0]) === String(path[0]))
  );
}

function words(problem: FieldProblem): string {
  return problem.remedy ? `${problem.message}。${problem.remedy}` : problem.message;
}

/** Puts every problem beside its field; returns what has no field here, for the top of the form. */
export function placeProblems(form: FormInstance, error: unknown): string | undefined {
  if (!(error instanceof ApiError) || error.fields.length === 0) return messageOf(error);
  const known = form.getFieldsError().map((f) => f.name as Path);
  const homeless: string[] = [];
  const placed = new Map<string, { name: Path; errors: string[] }>();
  for (const problem of error.fields) {
    const name = matchPath(problem.field, known);
    if (!name) homeless.push(words(problem));
    else {
      const key = name.join(".");
      const entry = placed.get(key) ?? { name, errors: [] };
      entry.errors.push(words(problem));
      placed.set(key, entry);
    }
  }
  const entries = [...placed.values()];
  form.setFields(entries);
  if (entries[0]) form.scrollToField(entries[0].name, { block: "center", focus: true });
  if (homeless.length > 0) return homeless.join("；");
  return entries.length > 0 ? undefined : error.message;
}
