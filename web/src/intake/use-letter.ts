// The form is given a piece of 渠道来信: taken for this person, filled in once, and nothing that stood there is lost.
import { useEffect, useEffectEvent } from "react";
import { messageOf } from "@/api/client";
import type { Id } from "@/api/types";
import { inbox } from "@/inbox/calls";
import { ofLetter } from "./letter";
import { isWorthKeeping, type IntakeValues } from "./model";

interface Desk {
  current: () => IntakeValues;
  aside: (values: IntakeValues) => void;
  fill: (values: IntakeValues) => void;
  failed: (why: string) => void;
}

/** `ready`: what was kept from before is in the form, so that it can be told whether it is this piece already. */
export function useLetter(id: Id | null, ready: boolean, desk: Desk): void {
  const arrive = useEffectEvent(async (item: Id, open: () => boolean) => {
    if (desk.current().inbox === item) return;
    try {
      const values = ofLetter(await inbox.claim(item));
      if (!open()) return;
      const before = desk.current();
      if (isWorthKeeping(before)) desk.aside(before);
      desk.fill(values);
    } catch (error) {
      if (open()) desk.failed(messageOf(error));
    }
  });
  useEffect(() => {
    if (!id || !ready) return;
    let there = true;
    void arrive(id, () => there);
    return () => {
      there = false;
    };
  }, [id, ready]);
}
