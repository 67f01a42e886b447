// 群众评议: shapes, calls and cached reads.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { del, get, post, type Query } from "@/api/client";
import { usePages } from "@/api/hooks";
import type { Answer, Body, Id } from "@/api/types";

export type SurveyRow = Answer<"survey_list">[number];
export type SurveyView = Answer<"survey_view">;
export type SurveyText = SurveyView["text"];
export type Question = SurveyText["questions"][number];
export type AnswerForm = Question["form"];
export type Choice = Extract<AnswerForm, { choices: unknown }>["choices"][number];
export type Jump = Question["jumps"][number];
export type Kind = SurveyRow["kind"];
export type PointView = SurveyView["points"][number];
export type SurveyResult = Answer<"survey_results">;
export type Part = SurveyResult["kept"];
export type Group = Part["by_org"][number];
export type QuestionResult = Part["questions"][number];
export type Interval = NonNullable<QuestionResult["mean"]>;
export type AnswerLine = Answer<"answer_list">["items"][number];
export type AnswerTab = "flagged" | "excluded" | "all";
type Act = Body<"survey_act">["command"];

export const surveys = {
  list: () => get<SurveyRow[]>("/surveys"),
  one: (id: Id) => get<SurveyView>(`/surveys/${id}`),
  create: (form: Body<"survey_create">) => post<SurveyView>("/surveys", form),
  act: (id: Id, version: number, command: Act) => post<SurveyView>(`/surveys/${id}/acts`, { version, command } satisfies Body<"survey_act">),
  revise: (id: Id) => post<SurveyView>(`/surveys/${id}/revisions`),
  discard: (id: Id) => del<void>(`/surveys/${id}`),
  point: (id: Id, form: Body<"point_save">) => post<SurveyView>(`/surveys/${id}/points`, form),
  results: (id: Id) => get<SurveyResult>(`/surveys/${id}/results`),
  answers: (id: Id, tab: AnswerTab) => get<Answer<"answer_list">>(`/surveys/${id}/answers`, { tab }),
  exclude: (id: Id, form: Body<"answer_exclude">) => post<Answer<"answer_exclude">>(`/surveys/${id}/exclusions`, form),
  words: (id: Id, query: Query) => get<Answer<"survey_words">>(`/surveys/${id}/words`, query),
};

const KEY = ["surveys"] as const;
const MINUTE = 60_000;

export const useSurveys = () => useQuery({ queryKey: [...KEY, "list"], queryFn: surveys.list, refetchInterval: MINUTE });
export const useSurvey = (id: Id) => useQuery({ queryKey: [...KEY, "one", id], queryFn: () => surveys.one(id) });
export const useResults = (id: Id) => useQuery({ queryKey: [...KEY, "results", id], queryFn: () => surveys.results(id), refetchInterval: MINUTE });
export const useAnswers = (id: Id, tab: AnswerTab) => useQuery({ queryKey: [...KEY, "answers", id, tab], queryFn: () => surveys.answers(id, tab) });
export const useWords = (id: Id) => usePages([...KEY, "words", id], (query) => surveys.words(id, query), {});

/** After a change everything about surveys is read afresh. */
export function useSurveysChanged() {
  const client = useQueryClient();
  return useCallback(() => client.invalidateQueries({ queryKey: KEY }), [client]);
}
