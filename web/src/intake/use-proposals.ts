import { useQuery } from "@tanstack/react-query";
import { Form, type FormInstance } from "antd";
import { reference } from "@/api/calls";
import type { CategoryHit } from "@/api/types";
import { useSettled } from "@/order/commands/effect";
import { draftTitle, type IntakeValues } from "./model";

const NONE: CategoryHit[] = [];

/** Categories proposed from what has been written so far. */
export function useCategoryProposals(form: FormInstance<IntakeValues>): readonly CategoryHit[] {
  const title = Form.useWatch((v: IntakeValues) => v.title || draftTitle(v.content ?? ""), form) ?? "";
  const q = useSettled(title.trim(), 400);
  const query = useQuery({
    queryKey: ["category-proposals", q],
    queryFn: ({ signal }) => reference.categories(q, signal),
    enabled: [...q].length >= 4,
    staleTime: 300_000,
    retry: false,
  });
  return query.data ?? NONE;
}
